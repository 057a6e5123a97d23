import {drawWhenSized} from "./sized";

/** How many pixels may be hidden without being missed. */
const NOTHING = 4;

/**
 * Makes visible that an area scrolls: its edges fade where there is more (`data-more` says on which sides), whether or
 * not the system shows scroll bars. The keyboard can reach it, too.
 *
 * @param content The content, which may grow.
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
