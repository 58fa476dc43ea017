// A long list of categories becomes one that finds by any part of a path.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = django.jQuery;
  const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
  for (const select of document.querySelectorAll("select.category-select")) {
    $(select).select2({ language, width: select.closest(".category-filter") ? "100%" : "min(30em, 100%)", theme: "admin-autocomplete" });
    const filter = select.closest("form.category-filter");
    if (filter) {
      filter.querySelector("button").hidden = true;
      $(select).on("select2:select", () => filter.submit());
    }
  }
});
