// What a buyer does to an order, from the list and from its page.
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";

import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";

import { goToCashier } from "./payment";
import { doneToast, refusalToast } from "./toasts";
import { isSure } from "./asking";

type Order = components["schemas"]["Order"];
export type Action = Order["actions"][number];

/** `changed` is called with the order when something was done to it. */
export function useOrderActions(changed: (order: Order, action: Action) => void): (order: Order, action: Action) => Promise<void> {
  const { t } = useI18n();
  const router = useRouter();
  const underWay = new Set<number>(); // orders of which the server is asked something

  async function act(order: Order, action: Action): Promise<void> {
    const path = { id: order.id };
    if (action === "pay") return goToCashier(order);
    if (action === "request_refund") {
      await router.push({ name: "refund-new", params: path });
      return;
    }
    if (underWay.has(order.id) || !(await isSure(t(`orders.sure.${action}`)))) return;
    underWay.add(order.id);
    try {
      if (action === "cancel") await ask(api.POST("/orders/{id}/cancel/", { params: { path }, body: {} }));
      else if (action === "confirm") await ask(api.POST("/orders/{id}/confirm/", { params: { path } }));
      else await ask(api.DELETE("/orders/{id}/", { params: { path } }));
      doneToast(t(`orders.done.${action}`));
    } catch (error) {
      refusalToast(error);
    } finally {
      underWay.delete(order.id);
    }
    // Refused or not: it is shown as the server has it now.
    changed(order, action);
  }

  return act;
}
