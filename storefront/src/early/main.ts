// A small script of its own, which the browser has long before the shop: it asks for what the home
// page shows, while the shop is still on its way (vite.config.ts puts it into the page). Without
// it the page asks for the same a second later on a slow network.
import { accepted, preferred } from "@/i18n/preferred";

import type { Early } from "./answers";
import { HOME_FIRST } from "./home";

const PATIENCE = 20_000; // milliseconds
const isHome = /^#?\/?(\?.*)?$/.test(window.location.hash);

/** The first banner is the largest picture of the page: it is there before its element is. */
async function bannerLoad(answer: Response): Promise<void> {
  const [banner] = (await answer.json()) as { image: string }[];
  if (!banner) return;
  const picture = new Image();
  picture.fetchPriority = "high";
  picture.src = banner.image;
}

function start(): void {
  const api = import.meta.env.VITE_API_URL ?? "";
  const early: Early = { language: accepted(preferred()), answers: new Map() };
  window.mxshopEarly = early;
  for (const path of HOME_FIRST) {
    const url = new URL(api + path, window.location.href).href;
    const answer = fetch(url, { headers: { "Accept-Language": early.language }, signal: AbortSignal.timeout(PATIENCE) });
    early.answers.set(url, answer);
    const looked = path === "/banners/" ? answer.then((got) => (got.ok ? bannerLoad(got.clone()) : undefined)) : answer;
    looked.catch(() => undefined); // the page shows what went wrong
  }
}

if (isHome && !window.mxshopEarly) start();
