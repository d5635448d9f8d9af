package heap

import "lockheld/model"

// This file has what variants with a bug of the page allocator or the scavenger,
// or without one that Go 1.16 has, do instead of it where it takes more than a
// condition.

// allocAligned allocates an aligned stack span under the heap lock, and
// releases it: it finds room for more, and allocates only the aligned part.
//
// Runtime: (*mheap).allocSpan, the branch for aligned stacks, Go 1.19.
func (h *mheap) allocAligned(m *model.M, npages uint64) (base, scav, n uint64, s *mspan) {
	extra := h.g.PhysPageSize / h.g.PageSize
	base, _ = h.pages.find(m, npages+extra)
	if base == 0 {
		if !h.grow(m, npages+extra) {
			m.Unlock(h.lock)
			return 0, 0, 0, nil
		}
		base, _ = h.pages.find(m, npages+extra)
		if base == 0 {
			m.Throw("grew heap, but no adequate free space found")
		}
	}
	base = alignUp(base, h.g.PhysPageSize)
	scav = h.pages.allocRange(m, base, npages)
	h.beginFlight(m, base, npages, scav)
	s = h.allocMSpanLocked(m)
	m.Unlock(h.lock)
	return base, scav, npages, s
}

// mapFrom makes the memory of chunks from start on, up to the lowest one that
// it knows. Memory that is mapped again is zero.
//
// Runtime: (*scavengeIndex).grow, Go 1.21.
func (p *pageAlloc) mapFrom(m *model.M, start chunkIdx) {
	first := start - chunkIdx(p.g.BaseChunk)
	if p.minChunk != 0 && first >= p.minChunk {
		return
	}
	if p.minChunk != 0 {
		low := chunkIdx(p.l1(start)) << p.chunkTableBits
		for ci := low; ci < p.minChunk+chunkIdx(p.g.BaseChunk); ci++ {
			if p.chunks[p.l1(ci)] != nil {
				chunk := p.chunkOf(m, ci)
				clear(chunk.words)
				clear(chunk.scavenged.words)
			}
		}
	}
	p.minChunk = first
}

// useHull makes a all memory between the lowest and the highest chunk in use.
func (p *pageAlloc) useHull(a *addrRanges) {
	r := addrRange{p.chunkBase(p.start), p.chunkBase(p.end)}
	a.ranges = append(a.ranges[:0], r)
	a.totalBytes = r.size()
}

// raiseScavAddr makes the shared address of the scavengers at least addr.
//
// Runtime: (*pageAlloc).free, Go 1.14.
func (p *pageAlloc) raiseScavAddr(addr uint64) {
	addr = max(addr, p.peekLast().limit)
	p.inUse.cloneInto(&p.scav.inUse)
	p.scav.inUse.removeGreaterEqual(addr)
}

// peekLast returns what is left to scavenge of the top range, and leaves it
// there: the shared address is its limit.
func (p *pageAlloc) peekLast() addrRange {
	a := &p.scav.inUse
	if len(a.ranges) == 0 {
		return addrRange{}
	}
	return a.ranges[len(a.ranges)-1]
}

// scavengeRange is scavengeRangeLocked, or in a variant what gives the memory
// back without the heap lock if it may be dropped: the pages are allocated
// meanwhile, so that nobody else takes them.
//
// Runtime: the end of (*pageAlloc).scavengeOne, Go 1.19.
func (p *pageAlloc) scavengeRange(m *model.M, ci chunkIdx, base, npages uint, mayUnlock bool) uint64 {
	if !p.v.unusedUnlocked || !mayUnlock || p.test {
		return p.scavengeRangeLocked(m, ci, base, npages)
	}
	addr, nbytes := p.pageAddr(ci, base), uint64(npages)*p.pageSize
	p.scav.scavLWM = min(p.scav.scavLWM, addr)
	p.allocRange(m, addr, uint64(npages))
	p.h.holdUnused(m, addr, uint64(npages))
	m.Unlock(p.lock)
	p.h.sysUnused(m, addr, nbytes)
	m.Lock(p.lock)
	p.own(m)
	mark := p.scav.freeHWM
	p.free(m, addr, uint64(npages))
	p.scav.freeHWM = mark // there is nothing to scavenge
	chunk := p.chunkOf(m, ci)
	chunk.scavenged.setRange(base, npages)
	p.h.holdUnused(m, addr, 0)
	p.h.countScavenged(m, nbytes)
	return addr
}

// holdUnused is for properties: the pages are on their way.
func (h *mheap) holdUnused(m *model.M, addr, npages uint64) {
	h.ghost.flights[m.ID()] = flight{base: addr, npages: npages, freeing: true}
}
