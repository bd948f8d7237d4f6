import { testMatrix } from './matrixTest.mts';
import { payOut, createAndConfirm } from './operations.mts';

testMatrix([payOut, createAndConfirm]);
