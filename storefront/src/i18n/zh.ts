// Every text of the shop in Chinese, by the place where it stands. en.ts has the same keys.
export default {
  shop: { name: "慕鲜生鲜", slogan: "当季鲜物，产地直发", description: "慕鲜生鲜：当季水果、蔬菜、肉禽、海鲜与粮油，产地直发。" },
  nav: { home: "首页", categories: "分类", cart: "购物车", me: "我的", search: "搜索", orders: "我的订单", logIn: "登录", places: "主要页面", skip: "跳到正文" },
  common: {
    retry: "重试", back: "返回", more: "更多", all: "全部", ok: "确定", cancel: "取消", save: "保存", delete: "删除", edit: "修改",
    loading: "正在加载", nothingMore: "没有更多了", pieces: "{count} 件", less: "减少一件", oneMore: "增加一件", optional: "选填",
  },
  failure: {
    offline: "连不上网络，请检查后重试。", busy: "服务器正忙，请稍后重试。", busyFor: "请在 {seconds} 秒后重试。", busyForMinutes: "请在 {minutes} 分钟后重试。", broken: "服务器出了点问题，请稍后重试。",
    missing: "没有找到您要的内容。", unauthorized: "请先登录。", refused: "没有成功，请检查后重试。",
  },
  missing: { title: "页面不存在", text: "这个页面不存在，或者已经下架。" },
  goods: {
    hot: "热销", new: "新品", shipFree: "包邮", sold: "已售 {count}", soldOut: "已售罄", sales: "销量", stock: "库存", freight: "运费",
    byRegion: "按收货地区计算", number: "货号", nums: "数量", add: "加入购物车", added: "已加入购物车", buyNow: "立即购买", love: "收藏",
    details: "商品详情", alike: "同类热卖", ask: "询问商家", enlarge: "查看大图",
  },
  categories: { popular: "大家常买" },
  footer: {
    promises: "买得放心", season: "当季采摘，产地直发", held: "加入购物车即保留库存", refunds: "坏了、少了、发错了，都可以在订单里申请退款",
    shop: "逛一逛", help: "需要帮忙？", write: "给商家留言", api: "开发者接口",
  },
  list: {
    all: "全部商品", count: "共 {count} 件商品", none: "没有符合条件的商品，换个条件试试。", order: "排序",
    byDefault: "综合", bySales: "销量", byPrice: "价格", byTime: "新上架", priceFrom: "最低价", priceTo: "最高价", filter: "筛选", price: "价格（元）", only: "只看", down: "从高到低", up: "从低到高",
  },
  search: { hint: "想吃点什么？", history: "最近搜索", forget: "清空最近搜索" },
  code: { label: "验证码", hint: "短信验证码", get: "获取验证码", again: "{seconds} 秒后重发", sent: "验证码已发送" },
  login: {
    title: "登录", button: "登录", byPassword: "密码登录", byCode: "短信登录", mobile: "手机号", username: "账号", password: "密码", passwordHint: "至少 8 位，不要全是数字",
    register: "注册新账号", forgotten: "忘记密码？", social: "其他方式登录", weixin: "微信", qq: "QQ", weibo: "微博",
  },
  register: { title: "注册", button: "注册", known: "已有账号？" },
  reset: { title: "重设密码", password: "新密码", done: "密码已重设，请登录" },
  password: { title: "修改密码", old: "原密码", done: "密码已修改", note: "修改后，其他设备上的登录全部失效。" },
  closeAccount: {
    title: "注销账号", button: "永久注销", done: "账号已注销", sure: "注销后无法恢复，确定要注销吗？",
    note: "注销会删除您的姓名、手机号、地址、留言和第三方登录；订单和付款记录按规定保留，但不再与您本人关联。有未完成的订单或退款时不能注销。",
    noMobile: "注销需要短信验证码，请先在个人资料里填写手机号。",
  },
  profile: { title: "个人资料", name: "昵称", gender: "性别", female: "女", male: "男", birthday: "生日", email: "邮箱", done: "资料已保存" },
  me: { hello: "您好", logIn: "登录 / 注册", logOut: "退出登录", logOutSure: "确定要退出登录吗？" },
  favourites: { title: "我的收藏", none: "还没有收藏的商品" },
  addresses: {
    title: "收货地址", choose: "选择收货地址", none: "还没有收货地址", add: "新增地址", edit: "修改地址", isDefault: "默认", makeDefault: "设为默认地址",
    name: "收货人", mobile: "手机号", region: "所在地区", regionHint: "省 / 市 / 区", province: "省", city: "市", district: "区", address: "详细地址", addressHint: "街道、楼栋、门牌号", deleteSure: "确定删除这个地址吗？",
  },
  messages: {
    title: "留言", type: "类型", types: { 1: "留言", 2: "投诉", 3: "询问", 4: "售后", 5: "求购" }, subject: "主题", write: "给商家留言", sentBefore: "我的留言", text: "内容", file: "附件",
    send: "提交", sent: "已提交", none: "还没有留言", reply: "商家回复", deleteSure: "确定删除这条留言吗？",
  },
  cart: {
    none: "购物车是空的", look: "去逛逛", logIn: "登录后查看购物车", chooseAll: "全选", total: "合计", checkout: "去结算（{count}）", held: "库存保留到 {time}",
    notHeld: "未保留库存，结算时可能已售完", gone: "已下架", only: "仅剩 {count} 件", deleteSure: "确定移出购物车吗？", nums: "数量",
  },
  checkout: {
    title: "确认订单", noAddress: "请添加收货地址", goods: "商品", note: "给商家的留言", sums: "金额", goodsAmount: "商品金额", freight: "运费", free: "免运费",
    order: "提交订单", toCart: "回购物车修改", shortage: "{name} 仅剩 {available} 件",
  },
  paid: {
    title: "支付结果", asking: "正在确认支付结果", askingNote: "通常只需几秒，请稍候。", waiting: "还没有收到付款", waitingNote: "如果您已经付款，稍后会自动更新；否则可以继续支付。",
    closed: "订单已关闭", closedNote: "如果您已经付款，款项会原路退回。", paid: "支付成功", paidNote: "我们会尽快为您发货。", order: "查看订单",
  },
  orders: {
    one: "订单详情", none: "还没有订单", goods: "商品", address: "收货信息", number: "订单号", shipments: "物流", track: "查看物流", payWithin: "请在此时间内付款", partly: "部分退款", between: "、", refunded: "已退",
    tabs: { all: "全部", to_pay: "待付款", to_ship: "待发货", to_receive: "待收货", received: "已收货", refunding: "退款/售后", closed: "已关闭", refunded: "已退款" },
    actions: { pay: "去付款", cancel: "取消订单", confirm: "确认收货", request_refund: "申请退款", delete: "删除订单" },
    sure: { cancel: "确定取消这个订单吗？", confirm: "确定已经收到商品吗？", delete: "确定删除这个订单吗？" },
    done: { cancel: "订单已取消", confirm: "已确认收货", delete: "订单已删除" },
    reasons: { cancelled: "您已取消订单", expired: "超时未付款，已自动关闭", staff: "商家已关闭订单", refunded: "订单已全额退款" },
    soon: "商家正在备货", onTheWay: "包裹正在路上", steps: { ordered: "已下单", paid: "已付款", shipped: "已发货", received: "已收货" },
  },
  refunds: {
    title: "退款记录", one: "退款详情", none: "没有退款记录", reason: "原因", amount: "金额（元）", atMost: "最多 {amount}", description: "说明", pictures: "图片", send: "提交申请", sent: "申请已提交",
    asked: "申请时间", done: "退款时间", withdraw: "撤回申请", withdrawSure: "确定撤回退款申请吗？",
    reasons: { unwanted: "不想要了", damaged: "损坏或变质", missing: "少件", wrong: "发错货", other: "其他原因" },
    states: { requested: "等待商家处理", approved: "商家已同意，退款中", done: "已退款", rejected: "商家已拒绝", withdrawn: "已撤回", failed: "退款失败，可重新申请" },
  },
  home: { banners: "活动", banner: "活动 {number}", hotWords: "大家在搜", hot: "当季热销", fresh: "刚刚上架" },
};
