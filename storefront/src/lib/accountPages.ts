// The buyer's own pages, as "Me" lists them and as they stand beside each other on a wide screen.
export const accountPages = [
  { to: "/favourites", icon: "like-o", text: "favourites.title" },
  { to: "/addresses", icon: "location-o", text: "addresses.title" },
  { to: "/messages", icon: "chat-o", text: "messages.title" },
  { to: "/refunds", icon: "refund-o", text: "refunds.title" },
  { to: "/profile", icon: "contact-o", text: "profile.title" },
  { to: "/password", icon: "lock", text: "password.title" },
  { to: "/close-account", icon: "delete-o", text: "closeAccount.title" },
] as const;
