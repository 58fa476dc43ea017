import { defineStore } from "pinia";
import { computed, shallowRef, watch } from "vue";

import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import { keepToken, token } from "@/api/token";
import { forgetDrafts } from "@/lib/drafts";

export type Profile = components["schemas"]["Profile"];

/** Who is logged in. `profile` is loaded when a page asks for it. */
export const useAccount = defineStore("account", () => {
  const profile = shallowRef<Profile | null>(null);
  const isLoggedIn = computed(() => token.value !== null);

  watch(isLoggedIn, (now) => { if (!now) profile.value = null; });

  async function load(): Promise<Profile> {
    const whose = token.value;
    const answer = await ask(api.GET("/users/{id}/", { params: { path: { id: "1" } } }));
    if (whose === token.value) profile.value = answer;
    return answer;
  }

  function logIn(newToken: string): void {
    keepToken(newToken);
  }

  async function logOut(everywhere = false): Promise<void> {
    try {
      await ask(api.POST("/logout/", { body: { everywhere } }));
    } finally {
      keepToken(null);
      forgetDrafts();
    }
  }

  return { profile, isLoggedIn, load, logIn, logOut };
});
