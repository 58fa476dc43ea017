// What the home page asks first, as its questions are written on the wire (pages/HomePage.vue).
export const HOME_FIRST = [
  "/banners/",
  "/hotsearchs/",
  "/indexgoods/",
  "/goods/?is_hot=true&ordering=-sold_num&page_size=10",
] as const;
