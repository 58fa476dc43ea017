import { VantResolver } from "@vant/auto-import-resolver";
import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { build, type Plugin, type ResolvedConfig, type Rolldown } from "vite";
import { defineConfig } from "vitest/config";

// The backend that `npm run dev` asks; the built shop asks the server that served it.
const backend = process.env.MXSHOP_BACKEND ?? "http://127.0.0.1:8000";
const paths = [
  "/goods", "/categorys", "/banners", "/hotsearchs", "/indexgoods", "/users", "/codes", "/userfavs",
  "/messages", "/address", "/shopcarts", "/orders", "/refunds", "/login", "/logout", "/password",
  "/complete", "/media", "/alipay", "/alipay-sandbox", "/api-token-refresh",
];

// Vant's icons are in its style sheet (woff2); the second source is a host in the internet.
const ownFontsOnly: Plugin = {
  name: "own-fonts-only",
  enforce: "pre",
  transform: (code, id) =>
    /vant\/.*icon.*\.css/.test(id) ? code.replace(/,\s*url\(\/\/at\.alicdn\.com[^)]*\)\s*format\([^)]*\)/g, "") : undefined,
};

// Where `@/` is in the sources.
const alias = { "@": new URL("./src", import.meta.url).pathname };

// The script that runs first is bundled by itself: it must not wait for a chunk that it shares with
// the shop. `npm run dev` does without it.
function earlyScript(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "early-script",
    apply: "build",
    configResolved: (resolved) => { config = resolved; },
    async buildStart() {
      const made = (await build({
        configFile: false, publicDir: false, logLevel: "warn", resolve: { alias },
        build: { target: "es2022", write: false, modulePreload: false, rolldownOptions: { input: `${alias["@"]}/early/main.ts` } },
      })) as Rolldown.RolldownOutput;
      this.emitFile({ type: "asset", name: "early.js", source: made.output[0].code });
    },
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const file = Object.values(bundle ?? {}).find((one) => one.type === "asset" && one.names.includes("early.js"));
        if (!file) throw new Error("early.js is not in the bundle");
        return html.replace("<script ", `<script type="module" crossorigin src="${config.base}${file.fileName}" async></script>\n    <script `);
      },
    },
  };
}

export default defineConfig({
  // Django serves the files of the build there (mxshop/storefront).
  base: "/static/shop/",
  resolve: { alias },
  plugins: [ownFontsOnly, earlyScript(), vue(), Components({ dts: false, dirs: [], resolvers: [VantResolver()] })],
  build: {
    target: "es2022", cssCodeSplit: true, reportCompressedSize: true,
    // What every page needs is two files, not one for each combination of pages that share something:
    // over HTTP/1.1 a browser asks for six at a time. The packages change less often than the shop.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "packages", tags: ["$initial"], test: /node_modules/, priority: 2 },
            { name: "shop", tags: ["$initial"], priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: Object.fromEntries(paths.map((path) => [path, { target: backend }])) },
  // One environment for all files: each made its own in three times the time.
  test: { environment: "happy-dom", pool: "threads", isolate: false, include: ["src/**/*.test.ts"] },
});
