// A question to the API as a page shows it: skeleton, answer, or a failure with "try again".
import { onScopeDispose, ref, shallowRef, watch, type Ref, type WatchSource } from "vue";

import { ApiFailure } from "@/api/failure";

export interface Question<T> {
  data: Ref<T | undefined>;
  failure: Ref<ApiFailure | null>;
  isLoading: Ref<boolean>;
  reload: () => Promise<void>;
}

/**
 * Asks now, and again whenever `sources` change. An answer that comes after a newer question was
 * asked is dropped. A reload keeps what is shown until the new answer is there.
 */
export function useQuestion<T>(question: () => Promise<T>, sources: WatchSource[] = []): Question<T> {
  const data = shallowRef<T>();
  const failure = ref<ApiFailure | null>(null);
  const isLoading = ref(true);
  let latest = 0;

  async function reload(): Promise<void> {
    const mine = ++latest;
    isLoading.value = true;
    failure.value = null;
    try {
      const answer = await question();
      if (mine === latest) data.value = answer;
    } catch (error) {
      if (mine !== latest) return;
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    } finally {
      if (mine === latest) isLoading.value = false;
    }
  }

  if (sources.length) {
    watch(sources, () => {
      data.value = undefined;
      void reload();
    });
  }
  void reload();
  onScopeDispose(() => { latest = -1; });
  return { data, failure, isLoading, reload };
}
