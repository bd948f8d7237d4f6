import { testMatrix } from './matrixTest.mts';
import { payKhqr, partialRefund, fullRefund } from './operations.mts';

testMatrix([payKhqr, partialRefund, fullRefund]);
