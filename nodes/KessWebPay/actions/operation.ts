import type { Operation, Resource } from '../../shared/run/operation';
import type { WebPayClient } from '../client';

export type WebPayOperation = Operation<WebPayClient>;

export type WebPayResource = Resource<WebPayClient>;
