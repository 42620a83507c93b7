import type { ReactNode } from 'react'
import { LANGUAGES, locale, type Language } from '@/kit/i18n/locale'
import { setLanguage } from '@/kit/i18n/words'
import { Segmented } from '@/kit/Segmented'
import { Mark } from '../Mark'
import { t } from './t'
import s from './Frame.module.css'

export const LANGUAGE_NAMES: Record<Language, string> = { fr: 'Français', en: 'English' }

/** The page of those who are not in yet. */
export function Frame({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <div className={s.page}>
      <div className={s.sky} aria-hidden />
      <main className={s.card}>
        <Mark size={52} />
        <div className={s.head}>
          <h1>{title}</h1>
          {lead && <p>{lead}</p>}
        </div>
        {children}
      </main>
      <footer className={s.foot}>
        <Segmented label={t('language')} value={locale()} onChange={language => void setLanguage(language)} options={LANGUAGES.map(id => ({ id, label: LANGUAGE_NAMES[id] }))} />
      </footer>
    </div>
  )
}
