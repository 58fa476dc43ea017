import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { api, ask } from "@/api/client";
import { ApiFailure } from "@/api/failure";
import type { components } from "@/api/schema";

export type Category = components["schemas"]["CategoryTree"];

/** The category tree, loaded once. */
export const useCategories = defineStore("categories", () => {
  const roots = shallowRef<Category[]>();
  const failure = ref<ApiFailure | null>(null);

  async function load(): Promise<void> {
    if (roots.value) return;
    failure.value = null;
    try {
      roots.value = await ask(api.GET("/categorys/"));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  }

  function find(id: number, among: readonly Category[] | undefined = roots.value): Category | undefined {
    for (const category of among ?? []) {
      if (category.id === id) return category;
      const found = find(id, category.sub_cat as Category[]);
      if (found) return found;
    }
    return undefined;
  }

  return { roots, failure, load, find };
});
