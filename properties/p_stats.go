package properties

import (
	"fmt"

	"lockheld/heap"
)

// checkStats is P-STATS: with no M on its way, the counters agree with each
// other, with the consistent statistics, and with the spans that there are.
func checkStats(s *state) string {
	if !s.quiet() {
		return ""
	}
	sys, released, inuse := s.h.HeapSys(), s.h.HeapReleased(), s.h.HeapInuse()
	st := s.h.StatsTotal()
	if inuse != uint64(st.InHeap) {
		return fmt.Sprintf("heap_inuse is %d, the statistics say %d", int64(inuse), st.InHeap)
	}
	if released != uint64(st.Released) {
		return fmt.Sprintf("heap_released is %d, the statistics say %d", int64(released), st.Released)
	}
	if kept := st.Committed - st.InStacks - st.InWorkBufs - st.InPtrScalarBits; sys-released != uint64(kept) {
		return fmt.Sprintf("heap_sys less heap_released is %d, the statistics say %d", int64(sys-released), kept)
	}
	spans, manual := uint64(0), uint64(0)
	for i := range s.h.Carved() {
		if sp := s.h.Span(i); sp.Live() {
			if sp.State() == heap.SpanInUse {
				spans += sp.Pages() * s.g.PageSize
			} else {
				manual += sp.Pages() * s.g.PageSize
			}
		}
	}
	base, limit := s.h.CurArena()
	if want := s.pages.RangeBytes() + limit - base - manual; sys != want {
		return fmt.Sprintf("heap_sys is %d, what is mapped and not in manual spans has %d bytes", int64(sys), int64(want))
	}
	if inuse != spans {
		return fmt.Sprintf("heap_inuse is %d, heap spans have %d bytes", int64(inuse), spans)
	}
	return ""
}
