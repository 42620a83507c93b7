import { useCallback, useLayoutEffect, useRef, useState } from 'react'

export type Viewport = { width_px: number; view_px: number; scroll_px: number }

/** Size and scroll of a scrolling box, drawn at most once per frame. */
export function useViewport() {
  const ref = useRef<HTMLDivElement>(null)
  const [viewport, setViewport] = useState<Viewport>({ width_px: 800, view_px: 600, scroll_px: 0 })
  const measure = useCallback(() => {
    const box = ref.current
    if (box) setViewport({ width_px: box.clientWidth, view_px: box.clientHeight, scroll_px: box.scrollTop })
  }, [])
  useLayoutEffect(() => {
    const box = ref.current!
    let frame = 0
    const onScroll = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0
        measure()
      })
    }
    const sizes = new ResizeObserver(measure)
    sizes.observe(box)
    box.addEventListener('scroll', onScroll, { passive: true })
    measure()
    return () => {
      cancelAnimationFrame(frame)
      sizes.disconnect()
      box.removeEventListener('scroll', onScroll)
    }
  }, [measure])
  return { ref, viewport }
}
