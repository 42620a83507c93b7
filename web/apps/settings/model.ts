// The pages of the settings, and what is said of sessions and events. Pure.
export const PAGES = ['profile', 'security', 'sessions', 'app-passwords', 'appearance', 'activity'] as const
export type PageId = (typeof PAGES)[number]

/** `/~/settings/security` → `security`; anything else is the first page. */
export function pageAt(path: string): PageId {
  const wanted = path.split('/')[3]
  return PAGES.find(page => page === wanted) ?? 'profile'
}

export type Device = { browser: string; system: string; is_phone: boolean }

const BROWSERS: [RegExp, string][] = [
  [/Nextcloud-android/i, 'Nextcloud Android'], [/Nextcloud-iOS/i, 'Nextcloud iOS'], [/mirall|Nextcloud/i, 'Nextcloud'], [/davfs2/i, 'davfs2'], [/DAVx5/i, 'DAVx⁵'], [/rclone/i, 'rclone'], [/curl/i, 'curl'],
  [/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chromium\//, 'Chromium'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [[/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux|X11/, 'Linux']]

/** What a User-Agent amounts to; empty pieces when it says nothing we know. */
export function deviceOf(user_agent: string): Device {
  const find = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(user_agent))?.[1] ?? ''
  const system = find(SYSTEMS)
  return { browser: find(BROWSERS), system, is_phone: /Android|iPhone|Mobile/.test(user_agent) }
}

export const ACCENTS = [250, 222, 190, 152, 84, 45, 20, 345, 305] as const
