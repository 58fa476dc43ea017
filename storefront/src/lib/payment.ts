// To the cashier and back. Alipay's return names no order: which one was being paid is kept here.

const KEY = "mxshop-paying";

export function goToCashier(order: { id: number; alipay_url: string | null }): void {
  if (!order.alipay_url) return;
  try {
    sessionStorage.setItem(KEY, String(order.id));
  } catch {
    // Without storage the return leads to the list of orders.
  }
  window.location.href = order.alipay_url;
}

/** Returns the order that was being paid, once. */
export function paidOrder(): number | null {
  try {
    const kept = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return kept ? Number(kept) : null;
  } catch {
    return null;
  }
}
