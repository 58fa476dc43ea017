// An endless list of the API: page after page, and read again in its place.
import { ref, shallowRef, type Ref } from "vue";

import { ApiFailure } from "@/api/failure";
import { rows } from "@/api/rows";

type Page<T> = readonly T[] | { results: readonly T[]; count?: number; next?: string | null };

export interface Pages<T> {
  items: Ref<T[] | undefined>;
  /** How many there are in all, once the API said so. */
  count: Ref<number | undefined>;
  failure: Ref<ApiFailure | null>;
  isLoading: Ref<boolean>;
  isOver: Ref<boolean>;
  /** Forgets what is shown and asks for the first page. */
  start: () => Promise<void>;
  more: () => Promise<void>;
  /** Asks again for what is shown, and keeps it until the answer is there. */
  refresh: () => Promise<void>;
  /** Forgets what is shown, and answers that are on their way. */
  clear: () => void;
}

const MOST_AT_ONCE = 100; // the API's largest page

/** `read` asks for a page: its number from 1 on, and its size. An older question's answer is dropped. */
export function usePages<T extends { id: number }>(read: (page: number, size: number) => Promise<Page<T>>, size: number): Pages<T> {
  const items = shallowRef<T[]>();
  const count = ref<number>();
  const failure = ref<ApiFailure | null>(null);
  const isLoading = ref(false);
  const isOver = ref(false);
  let page = 0;
  let latest = 0;

  async function question(number: number, amount: number, take: (found: T[]) => void): Promise<void> {
    const mine = ++latest;
    isLoading.value = true;
    failure.value = null;
    try {
      const answer = await read(number, amount);
      if (mine !== latest) return;
      take(rows(answer));
      page = (number * amount) / size;
      count.value = "count" in answer ? answer.count : items.value?.length;
      isOver.value = !("next" in answer) || !answer.next;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (mine === latest) failure.value = error;
    } finally {
      if (mine === latest) isLoading.value = false;
    }
  }

  function more(): Promise<void> {
    return question(page + 1, size, (found) => {
      // Rows that moved to a later page meanwhile would stand here twice.
      const known = new Set(items.value?.map((item) => item.id));
      items.value = [...(items.value ?? []), ...found.filter((item) => !known.has(item.id))];
    });
  }

  function clear(): void {
    latest += 1;
    items.value = undefined;
    isLoading.value = isOver.value = false;
    failure.value = null;
    page = 0;
  }

  function start(): Promise<void> {
    clear();
    return more();
  }

  function refresh(): Promise<void> {
    const amount = Math.min(MOST_AT_ONCE, Math.max(1, page) * size);
    return question(1, amount, (found) => { items.value = found; });
  }

  return { items, count, failure, isLoading, isOver, start, more, refresh, clear };
}
