// The title of the page and what a shared link shows. A page that is kept alive says it again when it returns.
import { onActivated, onDeactivated, onMounted, onUnmounted, watch } from "vue";

import { i18n } from "@/i18n";

export interface PageMeta {
  /** Empty while it is not known: the shop's name stands alone. */
  title: string;
  description?: string | null | undefined;
  image?: string | null | undefined;
}

/** Writes a meta element; one that says nothing is taken away. */
function set(key: "name" | "property", name: string, content: string): void {
  const kept = document.head.querySelector(`meta[${key}="${name}"]`);
  if (!content) {
    kept?.remove();
    return;
  }
  const meta = kept ?? document.head.appendChild(document.createElement("meta"));
  meta.setAttribute(key, name);
  meta.setAttribute("content", content);
}

function apply(meta: PageMeta): void {
  const { t } = i18n.global;
  const title = meta.title ? `${meta.title} · ${t("shop.name")}` : t("shop.name");
  const description = meta.description || t("shop.description");
  document.title = title;
  set("name", "description", description);
  set("property", "og:title", meta.title || t("shop.name"));
  set("property", "og:description", description);
  set("property", "og:site_name", t("shop.name"));
  set("property", "og:url", window.location.href);
  set("property", "og:image", meta.image ? new URL(meta.image, window.location.href).href : "");
}

/** `meta` is read whenever something that it depends on changes, while the page is shown. */
export function usePageMeta(meta: () => PageMeta): void {
  let isShown = false;
  const show = (): void => {
    isShown = true;
    apply(meta());
  };
  const hide = (): void => { isShown = false; };
  onMounted(show);
  onActivated(show);
  onDeactivated(hide);
  onUnmounted(hide);
  watch([() => ({ ...meta() }), i18n.global.locale], () => { if (isShown) apply(meta()); });
}
