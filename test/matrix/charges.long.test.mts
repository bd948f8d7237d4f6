import { testMatrix } from './matrixTest.mts';
import { quickPay, directPay, subscribe } from './operations.mts';

testMatrix([quickPay, directPay, subscribe]);
