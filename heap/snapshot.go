package heap

import "lockheld/sched"

// saveState registers what changes during an execution and is not part of an
// object of the world. The parts register their own memory where they make it:
// fixalloc, arenas, span sets, statistics, stacks, scavenger, sweeper, ghost.
// A slice in saved memory keeps its array: it has room for all that it will
// ever hold.
func (h *mheap) saveState() {
	w := h.w
	sched.Save(w, &h.heapState)
	sched.SaveSlice(w, h.allspans)
	sched.SaveSlice(w, h.allArenas)
	sched.SaveSlice(w, h.arenaMap)
	sched.SaveSlice(w, h.arenaHints)
	sched.SaveSlice(w, h.spans)
	sched.SaveSlice(w, h.mcaches)
	sched.SaveSlice(w, h.locals)
	for i := range h.locals {
		sched.SaveSlice(w, h.locals[i].mspancache.buf)
	}
	sched.Save(w, &h.sweepPace)
	if h.pages.dense {
		h.pages.save(w)
	}
}
