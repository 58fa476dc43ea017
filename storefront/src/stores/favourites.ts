import { defineStore } from "pinia";
import { ref, watch } from "vue";

import { api, ask } from "@/api/client";
import { ApiFailure } from "@/api/failure";
import { token } from "@/api/token";

/** Whether goods were refused a heart because they have one: a 400 about no field. */
function isThere(failure: ApiFailure): boolean {
  return failure.status === 400 && !Object.keys(failure.fields).length;
}

/** Asks the server for a heart, or to take it away. */
async function put(goods: number, isLoved: boolean): Promise<void> {
  try {
    if (isLoved) await ask(api.POST("/userfavs/", { body: { goods } }));
    else await ask(api.DELETE("/userfavs/{goods_id}/", { params: { path: { goods_id: goods } } }));
  } catch (error) {
    // There or gone already, by another device: what was wanted holds.
    const isSo = error instanceof ApiFailure && (isLoved ? isThere(error) : error.kind === "missing");
    if (!isSo) throw error;
  }
}

/** Hearts: drawn at once, and taken back when the server refuses. */
export const useFavourites = defineStore("favourites", () => {
  const hearts = ref(new Map<number, boolean>());
  const sending = new Set<number>();

  /** Asks whether goods have the caller's heart; what is pressed meanwhile counts more. */
  async function look(goods: number): Promise<void> {
    const [whose, before] = [token.value, hearts.value.get(goods)];
    let isLoved = true;
    try {
      await ask(api.GET("/userfavs/{goods_id}/", { params: { path: { goods_id: goods } } }));
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.kind !== "missing") throw error;
      isLoved = false;
    }
    if (whose === token.value && before === hearts.value.get(goods) && !sending.has(goods)) hearts.value.set(goods, isLoved);
  }

  /** Turns a heart over. Pressed again before the answer, the last press is sent after it. */
  async function toggle(goods: number): Promise<void> {
    let had = hearts.value.get(goods) ?? false;
    hearts.value.set(goods, !had);
    if (sending.has(goods)) return;
    sending.add(goods);
    try {
      for (let wanted = !had; wanted !== had; wanted = hearts.value.get(goods) ?? had) {
        await put(goods, wanted);
        had = wanted;
      }
    } catch (error) {
      hearts.value.set(goods, had);
      throw error;
    } finally {
      sending.delete(goods);
    }
  }

  // Another buyer has other hearts.
  watch(token, () => hearts.value.clear());

  return { hearts, look, toggle };
});
