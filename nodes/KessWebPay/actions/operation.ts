import type { Operation, Resource } from '../../shared/operation';
import type { WebPayClient } from '../transport';

export type WebPayOperation = Operation<WebPayClient>;

export type WebPayResource = Resource<WebPayClient>;
