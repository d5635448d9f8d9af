package heap

import (
	"lockheld/model"
)

// grow makes at least npages pages available and reports whether it could.
//
// Runtime: (*mheap).grow, Go 1.16. Heap lock held, and never dropped.
func (h *mheap) grow(m *model.M, npages uint64) bool {
	h.assertLockHeld(m, siteMheapGrowEntry)
	h.own.arenas.Write(m.T())
	if h.v.reclaimInGrow {
		h.reclaim(m, npages)
	}
	// The page allocator grows by whole chunks.
	ask := alignUp(npages, uint64(h.g.ChunkPages)) * h.g.PageSize
	totalGrowth := uint64(0)
	end := h.curArena.base + ask
	nBase := alignUp(end, h.g.PhysPageSize)
	if nBase > h.curArena.limit || end < h.curArena.base {
		// More arenas. They may lie elsewhere, so ask for all of it.
		v, size := h.sysAlloc(m, ask)
		if v == 0 {
			if m.T().Tracing() {
				m.T().Note("runtime: out of memory: cannot allocate %d-byte block", ask)
			}
			return false
		}
		h.own.arenas.Write(m.T())
		if v == h.curArena.limit {
			h.curArena.limit = v + size
		} else {
			// Use up what remains of the old arena and switch to the new one.
			if rest := h.curArena.size(); rest != 0 && !h.v.growForgetsRest {
				h.pages.grow(m, h.curArena.base, rest)
				totalGrowth += rest
			}
			h.curArena = addrRange{v, v + size}
		}
		// Not backed yet: it counts as released.
		h.memstats.heapReleased.Inc(m.T(), size)
		stats := h.memstats.heapStats.acquire(m)
		stats.released += int64(size)
		h.memstats.heapStats.release(m)
		h.own.arenas.Write(m.T())
		nBase = alignUp(h.curArena.base+ask, h.g.PhysPageSize)
	}
	v := h.curArena.base
	h.curArena.base = nBase
	h.pages.grow(m, v, nBase-v)
	totalGrowth += nBase - v
	h.scavengeForGrowth(m, totalGrowth)
	return true
}

// scavengeForGrowth scavenges as much as the heap has grown by, or as it
// retains more than its goal then, whichever is less.
//
// Runtime: the end of (*mheap).grow, Go 1.16. Heap lock held.
func (h *mheap) scavengeForGrowth(m *model.M, totalGrowth uint64) {
	retained := h.heapRetained(m)
	goal := h.loadScavengeGoal(m)
	if retained+totalGrowth > goal {
		todo := min(totalGrowth, retained+totalGrowth-goal)
		h.pages.scavenge(m, todo, false)
	}
}
