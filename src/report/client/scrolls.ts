import {drawWhenSized} from "./sized";

/** Pixels that may be hidden without anybody missing them. */
const NOTHING = 4;

/**
 * Lets a place that scrolls show it: its edges fade where more lies beyond (`data-more` says on which sides), whether or not
 * the system shows scroll bars. It can be reached by keyboard.
 *
 * @param content What may grow within it.
 */
export function showsScrolling<E extends HTMLElement>(place: E, content: Element = place): E {
  const tell = () => {
    const {scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth} = place;
    const sides = [
      scrollTop > NOTHING && "above",
      scrollHeight - clientHeight - scrollTop > NOTHING && "below",
      scrollLeft > NOTHING && "before",
      scrollWidth - clientWidth - scrollLeft > NOTHING && "after",
    ];
    place.dataset.more = sides.filter(Boolean).join(" ");
  };
  place.classList.add("scrolls");
  if (!place.hasAttribute("tabindex")) place.tabIndex = 0;
  place.addEventListener("scroll", tell, {passive: true});
  drawWhenSized(place, tell);
  new MutationObserver(tell).observe(place, {childList: true});
  if (content !== place) drawWhenSized(content, tell);
  return place;
}
