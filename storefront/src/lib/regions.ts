// The regions of China by the names that an address has: province, city, district.
import { areaList } from "@vant/area-data";

export interface Region {
  province: string;
  city: string;
  district: string;
}

function codeOf(list: Record<string, string>, name: string, prefix: string): string | undefined {
  return name ? Object.keys(list).find((code) => code.startsWith(prefix) && list[code] === name) : undefined;
}

/** Returns the code of the smallest part of a region that is known, or an empty text. */
export function codeOfRegion(region: Region): string {
  const province = codeOf(areaList.province_list, region.province, "");
  const city = province && codeOf(areaList.city_list, region.city, province.slice(0, 2));
  const district = city && codeOf(areaList.county_list, region.district, city.slice(0, 4));
  return district ?? city ?? province ?? "";
}

export function provinces(): string[] {
  return Object.values(areaList.province_list);
}

export function cities(province: string): string[] {
  const code = codeOf(areaList.province_list, province, "");
  return code ? Object.keys(areaList.city_list).filter((one) => one.startsWith(code.slice(0, 2))).map((one) => areaList.city_list[one]!) : [];
}

export function districts(province: string, city: string): string[] {
  const start = codeOf(areaList.province_list, province, "")?.slice(0, 2);
  const code = start && codeOf(areaList.city_list, city, start);
  return code ? Object.keys(areaList.county_list).filter((one) => one.startsWith(code.slice(0, 4))).map((one) => areaList.county_list[one]!) : [];
}
