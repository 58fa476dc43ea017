import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { api, ask } from "@/api/client";
import { ApiFailure } from "@/api/failure";
import type { components } from "@/api/schema";
import { token } from "@/api/token";

export type CartLine = components["schemas"]["CartLine"];

/**
 * The cart: what the server has, and over it what the buyer has just asked for. A refusal takes the
 * wish back, and the server's number is shown again.
 */
export const useCart = defineStore("cart", () => {
  const kept = shallowRef<CartLine[]>([]);
  const isLoaded = ref(false);
  /** Pieces by goods that the server was asked for and has not answered yet. */
  const wished = ref(new Map<number, number>());
  const adding = ref(new Set<number>());
  /** Goods that the buyer took out of the choice: what is new in the cart is chosen. */
  const leftOut = ref(new Set<number>());
  const underWay = new Set<Promise<void>>();
  let latest = 0;

  const lines = computed(() => kept.value.map((line) => {
    const nums = wished.value.get(line.goods.id);
    return nums === undefined ? line : { ...line, nums };
  }));
  /** How many kinds of goods the badge counts. */
  const kinds = computed(() => new Set([...kept.value.map((line) => line.goods.id), ...adding.value]).size);

  /** Reads the cart; an answer that is older than another one, or another buyer's, is dropped. */
  async function load(): Promise<void> {
    const mine = ++latest;
    const answer = token.value === null ? [] : await ask(api.GET("/shopcarts/"));
    if (mine !== latest) return;
    kept.value = answer;
    isLoaded.value = true;
  }

  /** Puts goods into the cart; rejects with the server's refusal. */
  async function add(goods: number, nums: number): Promise<void> {
    adding.value.add(goods);
    try {
      await ask(api.POST("/shopcarts/", { body: { goods, nums } }));
      await load().catch(() => undefined); // they are in the cart; its page reads it again
    } finally {
      adding.value.delete(goods);
    }
  }

  /** Sends the newest wish for a line, and again while it changes: no answer overtakes another one. */
  async function send(goods: number): Promise<void> {
    try {
      for (;;) {
        const nums = wished.value.get(goods)!;
        await ask(api.PATCH("/shopcarts/{goods_id}/", { params: { path: { goods_id: goods } }, body: { nums } }));
        kept.value = kept.value.map((line) => (line.goods.id === goods ? { ...line, nums } : line));
        if (wished.value.get(goods) === nums) break;
      }
      await load().catch(() => undefined); // how long it is held now
    } finally {
      wished.value.delete(goods);
    }
  }

  /** Changes a line. The number is shown at once; rejects with the server's refusal. */
  async function change(goods: number, nums: number): Promise<void> {
    const isUnderWay = wished.value.has(goods);
    wished.value.set(goods, nums);
    if (isUnderWay) return; // whoever sends it sends this one, too
    const sending = send(goods);
    underWay.add(sending);
    try {
      await sending;
    } finally {
      underWay.delete(sending);
    }
  }

  /** Waits until the server has answered every change. */
  async function settled(): Promise<void> {
    await Promise.allSettled([...underWay]);
  }

  async function remove(goods: number): Promise<void> {
    try {
      await ask(api.DELETE("/shopcarts/{goods_id}/", { params: { path: { goods_id: goods } } }));
    } catch (error) {
      // Taken out on another device: it is what was wanted.
      if (!(error instanceof ApiFailure) || error.kind !== "missing") throw error;
    }
    leftOut.value.delete(goods);
    latest += 1; // an answer that is on its way may still have the line
    kept.value = kept.value.filter((line) => line.goods.id !== goods);
  }

  // The badge: as soon as somebody is logged in, and empty when nobody is. A cart that cannot be
  // read now is read again by its page, which shows why.
  watch(token, () => {
    kept.value = [];
    isLoaded.value = false;
    wished.value.clear();
    leftOut.value.clear();
    load().catch(() => undefined);
  }, { immediate: true });

  return { lines, kinds, isLoaded, leftOut, load, add, change, settled, remove };
});
