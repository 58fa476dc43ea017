// Answers that the start of the page (main.ts in this folder) asked for before the shop's own
// scripts were there. Each is taken once; what is asked again goes to the server.

export interface Early {
  language: string;
  /** By address. */
  answers: Map<string, Promise<Response>>;
}

declare global {
  interface Window {
    mxshopEarly?: Early;
  }
}

// Out of the browser's cache the shop may be there before that script, which then asks nothing.
window.mxshopEarly ??= { language: "", answers: new Map() };

/** Takes the answer to a request, when it was asked for early and in the same language. */
export function answerTake(request: Request): Promise<Response> | undefined {
  const early = window.mxshopEarly;
  if (!early || request.method !== "GET" || request.headers.get("Accept-Language") !== early.language) return undefined;
  const answer = early.answers.get(request.url);
  early.answers.delete(request.url);
  return answer;
}
