import type { Messages } from ".";

const en: Messages = {
  shop: { name: "Muxian Fresh", slogan: "In season, straight from the grower", description: "Muxian Fresh: fruit, vegetables, meat, seafood and pantry goods of the season, straight from the grower." },
  nav: { home: "Home", categories: "Categories", cart: "Cart", me: "Account", search: "Search", orders: "My orders", logIn: "Log in", places: "Main pages", skip: "Skip to content" },
  common: {
    retry: "Try again", back: "Back", more: "More", all: "All", ok: "OK", cancel: "Cancel", save: "Save", delete: "Delete", edit: "Edit",
    loading: "Loading", nothingMore: "That is all", pieces: "{count} pcs", less: "One less", oneMore: "One more", optional: "optional",
  },
  failure: {
    offline: "There is no connection. Check it and try again.", busy: "The server is busy. Try again soon.", busyFor: "Try again in {seconds} seconds.", busyForMinutes: "Try again in {minutes} minutes.", broken: "Something went wrong on the server. Try again soon.",
    missing: "Nothing was found here.", unauthorized: "Please log in first.", refused: "That did not work. Check it and try again.",
  },
  missing: { title: "Page not found", text: "This page does not exist, or the goods left the shelf." },
  goods: {
    hot: "Hot", new: "New", shipFree: "Free shipping", sold: "{count} sold", soldOut: "Sold out", sales: "Sold", stock: "In stock", freight: "Freight",
    byRegion: "by region", number: "Number", nums: "Quantity", add: "Add to cart", added: "Added to the cart", buyNow: "Buy now", love: "Favourite",
    details: "Details", alike: "More like this", ask: "Ask the shop", enlarge: "Enlarge",
  },
  categories: { popular: "Bought often" },
  footer: {
    promises: "Buy with ease", season: "Picked in season, sent by the grower", held: "What is in your cart is kept for you", refunds: "Spoiled, missing or wrong: ask for a refund at the order",
    shop: "Look around", help: "Need help?", write: "Write to the shop", api: "API for developers",
  },
  list: {
    all: "All goods", count: "{count} goods", none: "Nothing fits. Try other filters.", order: "Order",
    byDefault: "Featured", bySales: "Sales", byPrice: "Price", byTime: "Newest", priceFrom: "From ¥", priceTo: "To ¥", filter: "Filter", price: "Price (yuan)", only: "Only", down: "falling", up: "rising",
  },
  search: { hint: "What would you like to eat?", history: "Searched before", forget: "Forget what was searched" },
  code: { label: "Code", hint: "From the SMS", get: "Send code", again: "Again in {seconds} s", sent: "The code was sent" },
  login: {
    title: "Log in", button: "Log in", byPassword: "Password", byCode: "Text message", mobile: "Mobile", username: "Account", password: "Password", passwordHint: "8 or more, not only digits",
    register: "Create an account", forgotten: "Forgot the password?", social: "Or log in with", weixin: "WeChat", qq: "QQ", weibo: "Weibo",
  },
  register: { title: "Create an account", button: "Create account", known: "Have an account?" },
  reset: { title: "Set a new password", password: "New password", done: "The password is set. Please log in." },
  password: { title: "Change password", old: "Old password", done: "The password was changed", note: "All other devices are logged out by the change." },
  closeAccount: {
    title: "Close account", button: "Close for good", done: "The account was closed", sure: "This cannot be undone. Close the account?",
    note: "Your name, mobile, addresses, messages and linked sign-ins are erased. Orders and payments are kept as the law asks, without your person. An account with an unfinished order or refund cannot be closed.",
    noMobile: "Closing takes a code by text message: write your mobile into your profile first.",
  },
  profile: { title: "Profile", name: "Name", gender: "Gender", female: "Female", male: "Male", birthday: "Birthday", email: "E-mail", done: "The profile was saved" },
  me: { hello: "Hello", logIn: "Log in or register", logOut: "Log out", logOutSure: "Log out now?" },
  favourites: { title: "Favourites", none: "No favourites yet" },
  addresses: {
    title: "Addresses", choose: "Choose an address", none: "No address yet", add: "Add an address", edit: "Edit address", isDefault: "Default", makeDefault: "Make it the default",
    name: "Recipient", mobile: "Mobile", region: "Region", regionHint: "Province, city, district", province: "Province", city: "City", district: "District", address: "Street", addressHint: "Street, building, number", deleteSure: "Delete this address?",
  },
  messages: {
    title: "Messages", type: "Kind", types: { 1: "Message", 2: "Complaint", 3: "Question", 4: "After-sales", 5: "Wanted" }, subject: "Subject", write: "Write to the shop", sentBefore: "Sent before", text: "Text", file: "File",
    send: "Send", sent: "Sent", none: "No messages yet", reply: "The shop's reply", deleteSure: "Delete this message?",
  },
  cart: {
    none: "The cart is empty", look: "Look around", logIn: "Log in to see the cart", chooseAll: "All", total: "Total", checkout: "Check out ({count})", held: "Kept for you until {time}",
    notHeld: "Not kept: it may be gone at checkout", gone: "No longer on sale", only: "Only {count} left", deleteSure: "Take it out of the cart?", nums: "Quantity",
  },
  checkout: {
    title: "Checkout", noAddress: "Add a delivery address", goods: "Goods", note: "A note to the shop", sums: "Amounts", goodsAmount: "Goods", freight: "Freight", free: "free",
    order: "Place order", toCart: "Back to the cart to change it", shortage: "{name}: only {available} left",
  },
  paid: {
    title: "Payment", asking: "Looking for your payment", askingNote: "This takes a few seconds.", waiting: "No payment yet", waitingNote: "If you paid, this updates by itself soon; if not, you can go on paying.",
    closed: "The order is closed", closedNote: "If you paid, the money goes back to you.", paid: "Paid", paidNote: "We ship as soon as we can.", order: "See the order",
  },
  orders: {
    one: "Order", none: "No orders yet", goods: "Goods", address: "Delivery", number: "Number", shipments: "Parcels", track: "Track", payWithin: "Pay within", partly: "partly refunded", between: ", ", refunded: "Given back",
    tabs: { all: "All", to_pay: "To pay", to_ship: "To ship", to_receive: "On the way", received: "Received", refunding: "After-sale", closed: "Closed", refunded: "Refunded" },
    actions: { pay: "Pay", cancel: "Cancel", confirm: "I received it", request_refund: "Ask for a refund", delete: "Delete" },
    sure: { cancel: "Cancel this order?", confirm: "Did you receive everything?", delete: "Delete this order?" },
    done: { cancel: "The order was cancelled", confirm: "Thank you", delete: "The order was deleted" },
    reasons: { cancelled: "You cancelled it", expired: "It was not paid in time", staff: "The shop closed it", refunded: "All of the money was given back" },
    soon: "We are packing it", onTheWay: "It is on the way", steps: { ordered: "Ordered", paid: "Paid", shipped: "Shipped", received: "Received" },
  },
  refunds: {
    title: "Refunds", one: "Refund", none: "No refunds", reason: "Reason", amount: "Amount (yuan)", atMost: "at most {amount}", description: "What happened", pictures: "Pictures", send: "Send", sent: "The request was sent",
    asked: "Asked", done: "Given back", withdraw: "Withdraw", withdrawSure: "Withdraw this request?",
    reasons: { unwanted: "Not wanted any more", damaged: "Damaged or spoiled", missing: "Something is missing", wrong: "Not what was ordered", other: "Another reason" },
    states: { requested: "Waiting for the shop", approved: "Approved, money on its way", done: "Given back", rejected: "Rejected by the shop", withdrawn: "Withdrawn", failed: "Failed: please ask again" },
  },
  home: { banners: "Offers", banner: "Offer {number}", hotWords: "People look for", hot: "In season now", fresh: "Just in" },
};
export default en;
