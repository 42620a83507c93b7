import { useId } from 'react'

/** Our mark: a roof over a small cloud. */
export function Mark({ size = 36 }: { size?: number }) {
  const id = useId()
  return (
    <svg width={size} height={size} viewBox="0 0 40 40" aria-hidden style={{ flex: 'none' }}>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="1" y2="1">
          <stop stopColor="oklch(0.72 0.15 var(--hue))" />
          <stop offset="1" stopColor="oklch(0.50 0.21 calc(var(--hue) + 22))" />
        </linearGradient>
      </defs>
      <rect x="2" y="2" width="36" height="36" rx="12" fill={`url(#${id})`} />
      <path d="M9.500 19.800 18.600 11.700a2.100 2.100 0 0 1 2.800 0l9.100 8.100" fill="none" stroke="#fff" strokeWidth="2.900" strokeLinecap="round" strokeLinejoin="round" />
      <path d="M14.600 29h11.100a3.500 3.500 0 0 0 .5-6.960 5.700 5.700 0 0 0-11-1.100A4.050 4.050 0 0 0 14.600 29Z" fill="#fff" />
    </svg>
  )
}
