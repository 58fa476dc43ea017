import { createRouter, createWebHashHistory, type RouteRecordRaw } from "vue-router";

import { token } from "@/api/token";
import { tallEnough } from "@/lib/scrolling";
import HomePage from "@/pages/HomePage.vue";

declare module "vue-router" {
  interface RouteMeta {
    /** Only for who is logged in; others are led to the log-in page and back. */
    account?: boolean;
    /** The bar at the bottom of a phone is shown. */
    bar?: boolean;
    /** On a wide screen: beside the buyer's own pages, or as wide as a form. */
    layout?: "mine" | "narrow";
  }
}

type Page = RouteRecordRaw["component"];

/** A page about one row: its number is in the address. */
function one(path: string, name: string, component: Page, meta = {}): RouteRecordRaw {
  return { path, name, component: component!, meta, props: (to) => ({ id: Number(to.params.id) }) };
}

const MINE = { account: true, layout: "mine" } as const;
const NARROW = { layout: "narrow" } as const;

const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", component: HomePage, meta: { bar: true } },
  { path: "/categories", name: "categories", component: () => import("@/pages/CategoriesPage.vue"), meta: { bar: true } },
  { path: "/goods", name: "list", component: () => import("@/pages/ListPage.vue") },
  one("/goods/:id(\\d+)", "goods", () => import("@/pages/GoodsPage.vue")),
  { path: "/search", name: "search", component: () => import("@/pages/SearchPage.vue"), meta: NARROW },
  { path: "/cart", name: "cart", component: () => import("@/pages/CartPage.vue"), meta: { bar: true } },
  { path: "/checkout", name: "checkout", component: () => import("@/pages/CheckoutPage.vue"), meta: { account: true } },
  { path: "/orders", name: "orders", component: () => import("@/pages/OrdersPage.vue"), meta: MINE },
  one("/orders/:id(\\d+)", "order", () => import("@/pages/OrderPage.vue"), MINE),
  one("/orders/:id(\\d+)/paid", "paid", () => import("@/pages/PaidPage.vue"), { account: true, ...NARROW }),
  one("/orders/:id(\\d+)/refund", "refund-new", () => import("@/pages/RefundNewPage.vue"), MINE),
  { path: "/refunds", name: "refunds", component: () => import("@/pages/RefundsPage.vue"), meta: MINE },
  one("/refunds/:id(\\d+)", "refund", () => import("@/pages/RefundPage.vue"), MINE),
  { path: "/me", name: "me", component: () => import("@/pages/MePage.vue"), meta: { bar: true, layout: "mine" } },
  { path: "/favourites", name: "favourites", component: () => import("@/pages/FavouritesPage.vue"), meta: MINE },
  { path: "/addresses", name: "addresses", component: () => import("@/pages/AddressesPage.vue"), meta: MINE },
  { path: "/addresses/new", name: "address-new", component: () => import("@/pages/AddressPage.vue"), meta: MINE },
  one("/addresses/:id(\\d+)", "address", () => import("@/pages/AddressPage.vue"), MINE),
  { path: "/messages", name: "messages", component: () => import("@/pages/MessagesPage.vue"), meta: MINE },
  { path: "/profile", name: "profile", component: () => import("@/pages/ProfilePage.vue"), meta: MINE },
  { path: "/password", name: "password", component: () => import("@/pages/PasswordPage.vue"), meta: MINE },
  { path: "/close-account", name: "close-account", component: () => import("@/pages/CloseAccountPage.vue"), meta: MINE },
  { path: "/login", name: "login", component: () => import("@/pages/LoginPage.vue"), meta: NARROW },
  { path: "/register", name: "register", component: () => import("@/pages/RegisterPage.vue"), meta: NARROW },
  { path: "/reset", name: "reset", component: () => import("@/pages/ResetPage.vue"), meta: NARROW },
  // Where Alipay's return leads to: an address of the published clients.
  { path: "/app/home/member/order", name: "returned", component: () => import("@/pages/ReturnedPage.vue") },
  { path: "/:rest(.*)*", name: "missing", component: () => import("@/pages/MissingPage.vue") },
];

export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  scrollBehavior: async (to, from, saved) => {
    if (!saved) return to.path === from.path ? undefined : { left: 0, top: 0 };
    const bottom = saved.top + window.innerHeight;
    if (document.documentElement.scrollHeight >= bottom) return saved;
    // Its rows are on their way; meanwhile the page shows its head.
    window.scrollTo(0, 0);
    const isThere = (await tallEnough(bottom)) && router.currentRoute.value === to;
    return isThere ? saved : undefined;
  },
});

router.beforeEach((to) => {
  if (to.meta.account && token.value === null) return { name: "login", query: { next: to.fullPath } };
  return true;
});
