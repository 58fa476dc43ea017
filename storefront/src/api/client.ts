// The one client of the API. Its types come from the schema: `npm run types`.
import createClient, { type Middleware } from "openapi-fetch";

import { answerTake } from "@/early/answers";
import { locale } from "@/i18n";
import { accepted } from "@/i18n/preferred";

import { failureOf, offline } from "./failure";
import type { paths } from "./schema";
import { keepToken, token } from "./token";

const PATIENCE = 20_000; // milliseconds

const asCaller: Middleware = {
  onRequest({ request }) {
    if (token.value) request.headers.set("Authorization", `JWT ${token.value}`);
    request.headers.set("Accept-Language", accepted(locale.value));
  },
  onResponse({ request, response }) {
    // The token ran out or was revoked: the page goes on as a visitor's.
    if (response.status === 401 && request.headers.has("Authorization")) keepToken(null);
  },
};

export const api = createClient<paths>({
  baseUrl: import.meta.env.VITE_API_URL ?? "",
  fetch: (request) => answerTake(request) ?? fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE)]) }),
});
api.use(asCaller);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Waits for a call of `api` and returns its data; throws an ApiFailure when it was refused. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    throw offline(error);
  }
  if (!answer.response.ok) throw failureOf(answer.response, answer.error);
  return answer.data as NonNullable<T>;
}
