package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// A chunkIdx numbers the chunks of the address space.
//
// Runtime: chunkIdx, Go 1.16.
type chunkIdx uint

// heapGlobals is what the page allocator uses of the heap around it. The
// runtime reaches it through the globals mheap_ and memstats.
type heapGlobals interface {
	// hasArena reports whether the arena of addr has metadata.
	hasArena(m *model.M, addr uint64) bool
	// sysUnused gives memory back to the operating system.
	sysUnused(m *model.M, addr, nbytes uint64)
	// holdUnused says that m has the npages pages from addr on meanwhile, 0 that
	// it has them no longer.
	holdUnused(m *model.M, addr, npages uint64)
	// countScavenged accounts for it.
	countScavenged(m *model.M, nbytes uint64)
}

// scavState is what the scavenger knows of the current generation.
//
// Runtime: pageAlloc.scav, Go 1.16.
type scavState struct {
	inUse            addrRanges // not looked at yet; the top limit may be inside a chunk
	gen              uint32
	reservationBytes uint64
	released         uint64 // by the background scavenger
	scavLWM          uint64 // lowest address scavenged
	freeHWM          uint64 // highest byte freed
}

// A pageAlloc finds and keeps free pages: a bitmap per chunk and a radix tree
// of summaries over it. All of it belongs to the holder of the heap lock,
// except for what scavengeOne reads while its window is open.
//
// Runtime: pageAlloc, Go 1.16.
// Model: the memory of the summaries is there from the start (no sysInit and
// sysGrow): a summary of memory that was never grown reads as 0 where the
// runtime might fault.
type pageAlloc struct {
	layout
	g    *Geometry
	k    *model.Machine
	v    *Variant
	lock *model.Mutex // the heap lock (mheapLock)
	h    heapGlobals
	test bool // no heap around it

	chunks  [][]uint64 // second-level tables: allocation words, then scavenged words, per chunk
	summary []sumTable // by level, root first

	searchAddr uint64   // no free page is below
	start, end chunkIdx // hull of the chunks in use; start 0: never grown
	inUse      addrRanges
	scav       scavState

	window   window
	reserved []reservation // ghost: what each M has reserved, by id
	minChunk chunkIdx      // lowest mapped chunk, from the lowest possible one, of a variant
	guards   *guards
	back     *backing
}

// init makes p empty. It takes part in w's executions; lock guards it. Without
// h the allocator stands alone, as in the runtime's tests: it then makes no
// system calls and accounts for nothing.
//
// Runtime: (*pageAlloc).init.
func (p *pageAlloc) init(w *sched.World, k *model.Machine, g *Geometry, v *Variant, lock *model.Mutex, h heapGlobals) {
	*p = pageAlloc{layout: newLayout(g), g: g, k: k, v: v, lock: lock, h: h, test: h == nil}
	p.initStorage()
	p.initGuards(w)
	p.initWindow(w)
	p.reserved = make([]reservation, MaxViewedMs)
	p.searchAddr = p.maxAddr
	p.scav.scavLWM = p.maxAddr
}

// grow adds the address range [base, base+size), rounded outwards to chunks.
// Its pages are free and count as scavenged.
//
// Runtime: (*pageAlloc).grow, Go 1.16. Heap lock held.
func (p *pageAlloc) grow(m *model.M, base, size uint64) {
	m.AssertLockHeld(p.lock, sitePageAllocGrowEntry)
	p.own(m)

	limit := alignUp(base+size, p.chunkBytes)
	base = alignDown(base, p.chunkBytes)
	start, end := p.chunkIndex(base), p.chunkIndex(limit)
	if end > p.chunkLimit {
		m.Throw("grow beyond the address space: base %#x, size %d", base, size)
	}
	if p.start == 0 || start < p.start {
		p.start = start
	}
	p.end = max(p.end, end)
	if p.v.minZeroUnset {
		p.mapFrom(m, start)
	}
	p.inUse.add(m, addrRange{base, limit})
	p.searchAddr = min(p.searchAddr, base)

	for c := start; c < end; c++ {
		if p.chunks[p.l1(c)] == nil {
			p.mapChunks(m, p.l1(c))
		}
		chunk := p.chunkOf(m, c)
		if !p.v.growBacked {
			chunk.scavenged.setAll()
		}
	}
	p.update(m, base, size/p.pageSize, true, false)
}

// update makes the summaries of [base, base+npages) agree with the bitmaps.
// contig says that all of it was just allocated, or freed if alloc is false,
// so that only the first and the last chunk have to be looked at.
//
// Runtime: (*pageAlloc).update, Go 1.16. Heap lock held.
func (p *pageAlloc) update(m *model.M, base, npages uint64, contig, alloc bool) {
	if p.v.relaxUpdate {
		m.AssertWorldStoppedOrLockHeld(p.lock, siteUpdateEntry)
	} else {
		m.AssertLockHeld(p.lock, siteUpdateEntry)
	}
	p.own(m)

	limit := base + npages*p.pageSize - 1
	last := limit
	if p.v.updateExclusive {
		if last++; last > p.maxAddr {
			m.Throw("index out of range of the summaries: %#x", last)
		}
	}
	sc, ec := p.chunkIndex(base), p.chunkIndex(limit)
	if sc == ec {
		if !p.summarize(m, sc) {
			return
		}
	} else if contig {
		whole := p.freeChunkSum
		if alloc {
			whole = 0
		}
		p.summarize(m, sc)
		for c := sc + 1; c < ec; c++ {
			p.setLeaf(m, c, whole)
		}
		p.summarize(m, ec)
	} else {
		for c := sc; c <= ec; c++ {
			p.summarize(m, c)
		}
	}

	changed := !p.v.updateLeafOnly
	for l := len(p.summary) - 2; l >= 0 && changed; l-- {
		changed = false
		fanout := uint64(1) << p.levelBits[l+1]
		lo, hi := base>>p.levelShift[l], last>>p.levelShift[l]
		for i := lo; i <= hi; i++ {
			children := p.summary[l+1].span(i*fanout, fanout)
			sum := mergeSummaries(children, p.levelLogPages[l+1])
			if p.summary[l].at(i) != sum {
				changed = true
				p.summary[l].set(i, sum)
			}
		}
	}
}

// summarize recomputes the leaf summary of chunk ci and reports whether it
// changed.
func (p *pageAlloc) summarize(m *model.M, ci chunkIdx) bool {
	chunk := p.chunkOf(m, ci)
	return p.setLeaf(m, ci, chunk.summarize())
}

// leaf returns the leaf summary of chunk ci.
func (p *pageAlloc) leaf(ci chunkIdx) pallocSum {
	return p.summary[len(p.summary)-1].at(uint64(ci))
}

// setLeaf stores the leaf summary of chunk ci and reports whether it changed.
func (p *pageAlloc) setLeaf(m *model.M, ci chunkIdx, sum pallocSum) bool {
	if p.leaf(ci) == sum {
		return false
	}
	leaves := &p.summary[len(p.summary)-1]
	if p.window.open > 0 && p.dense {
		// Somebody may be reading it without the lock.
		p.window.sums.Store(m.T(), int(ci), (*uint64)(leaves.ptr(uint64(ci))), uint64(sum))
	} else {
		leaves.set(uint64(ci), sum)
	}
	return true
}

// allocRange marks npages from base on as allocated and not scavenged and
// returns how many bytes of them were scavenged.
//
// Runtime: (*pageAlloc).allocRange, Go 1.16. Heap lock held.
func (p *pageAlloc) allocRange(m *model.M, base, npages uint64) uint64 {
	m.AssertLockHeld(p.lock, siteAllocRangeEntry)

	scav := uint(0)
	for left, at := npages, base; left > 0; {
		chunk := p.chunkOf(m, p.chunkIndex(at))
		i := p.chunkPageIndex(at)
		n := uint(min(left, uint64(p.chunkPages-i)))
		scav += chunk.scavenged.popcntRange(i, n)
		if p.v.allocKeepsScav {
			chunk.pallocBits.allocRange(i, n)
		} else {
			chunk.allocRange(i, n)
		}
		left -= uint64(n)
		at += uint64(n) * p.pageSize
	}
	p.update(m, base, npages, true, true)
	return uint64(scav) * p.pageSize
}

// free returns npages from base on. It does not touch their scavenged bits.
//
// Runtime: (*pageAlloc).free, Go 1.16. Heap lock held, system stack.
func (p *pageAlloc) free(m *model.M, base, npages uint64) {
	m.AssertLockHeld(p.lock, siteFreeEntry)
	m.AssertSystemStack(siteFreeSystemstack)
	p.own(m)

	if !p.v.freeKeepsSearch {
		p.searchAddr = min(p.searchAddr, base)
	}
	limit := base + npages*p.pageSize - 1
	p.scav.freeHWM = max(p.scav.freeHWM, limit)
	if p.v.sharedAddr {
		p.raiseScavAddr(limit + 1)
	}
	for left, at := npages, base; left > 0; {
		chunk := p.chunkOf(m, p.chunkIndex(at))
		i := p.chunkPageIndex(at)
		n := uint(min(left, uint64(p.chunkPages-i)))
		chunk.free(i, n)
		left -= uint64(n)
		at += uint64(n) * p.pageSize
	}
	if !p.v.freeNoUpdate {
		p.update(m, base, npages, true, false)
	}
}
