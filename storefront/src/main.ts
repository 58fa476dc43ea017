// Dialogs, toasts and pickers are loaded when they are used, and stand on the style of the popup:
// theirs must come after it.
import "vant/es/popup/style";
import "@/styles/base.css";

import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "@/App.vue";
import { i18n, ready } from "@/i18n";
import { router } from "@/router";

// Without the words of another language the shop is there in Chinese.
void ready.catch(() => undefined).then(() => createApp(App).use(createPinia()).use(i18n).use(router).mount("#app"));
