/**
 * Folder `wire`: the requests, answers and events between client and daemon, and their encoding; it knows no links and
 * opens nothing that is sealed. This file lists the requests: imperative names, each with its parameters and its
 * result.
 */
import type * as v from 'valibot';
import { accountRequests } from './account-requests.ts';
import { fileRequests } from './file-requests.ts';
import { loginRequests } from './login-requests.ts';
import { messageRequests } from './message-requests.ts';
import { peopleRequests } from './people-requests.ts';
import { roomRequests } from './room-requests.ts';

export const requests = {
  ...loginRequests,
  ...accountRequests,
  ...peopleRequests,
  ...messageRequests,
  ...roomRequests,
  ...fileRequests,
};

export type RequestName = keyof typeof requests;
export type RequestParams<N extends RequestName> = v.InferOutput<(typeof requests)[N]['params']>;
export type RequestResult<N extends RequestName> = v.InferOutput<(typeof requests)[N]['result']>;
