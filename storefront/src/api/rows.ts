// Orders, favourites, messages and refunds are a bare array without `page` and a page with it; the
// schema gives both.

/** Returns the rows of either. */
export function rows<T>(answer: readonly T[] | { results: readonly T[] }): T[] {
  return [...("results" in answer ? answer.results : answer)];
}
