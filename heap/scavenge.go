package heap

import "lockheld/model"

// scavenge returns at least nbytes of free memory to the operating system if
// there is so much, and says how much it was. mayUnlock allows it to drop the
// lock in between.
//
// Runtime: (*pageAlloc).scavenge, Go 1.16. Heap lock held, system stack.
func (p *pageAlloc) scavenge(m *model.M, nbytes uint64, mayUnlock bool) uint64 {
	m.AssertLockHeld(p.lock, siteScavengeEntry)
	m.AssertSystemStack(siteScavengeSystemstack)

	var work, whole addrRange
	var gen uint32
	released := uint64(0)
	for released < nbytes {
		if work.size() == 0 {
			if p.v.sharedAddr && whole.size() != 0 {
				p.scav.inUse.removeGreaterEqual(whole.base)
			}
			work, gen = p.scavengeReserve(m)
			whole = work
			if work.size() == 0 {
				break
			}
		}
		p.ghostReserved(m, work, gen)
		var r uint64
		r, work = p.scavengeOne(m, work, nbytes-released, mayUnlock)
		released += r
	}
	p.ghostReserved(m, work, gen)
	if p.v.unreserveWhole {
		work = whole
	}
	p.scavengeUnreserve(m, work, gen)
	p.ghostReserved(m, addrRange{}, 0)
	m.AssertLockHeld(p.lock, siteScavengeReturn)
	return released
}

// scavengeStartGen starts a new generation: the memory to look at is that below
// the highest page freed in the last generation, or below where that one
// stopped, whichever is higher.
//
// Runtime: (*pageAlloc).scavengeStartGen, Go 1.16. Heap lock held, system
// stack.
func (p *pageAlloc) scavengeStartGen(m *model.M) {
	m.AssertLockHeld(p.lock, siteScavengeStartGenEntry)
	m.AssertSystemStack(siteScavengeStartGenSystemstack)
	p.own(m)
	if p.v.sharedAddr {
		return // the address goes up when memory is freed
	}

	s := &p.scav
	p.inUse.cloneInto(&s.inUse)
	if p.v.scavengeHull {
		p.useHull(&s.inUse)
	}
	s.inUse.removeGreaterEqual(max(s.scavLWM, s.freeHWM))
	s.reservationBytes = alignUp(p.inUse.totalBytes, p.chunkBytes) / p.g.Shards
	s.gen++
	s.released = 0
	s.freeHWM = 0
	s.scavLWM = p.maxAddr
}

// scavengeReserve takes a range out of the memory that this generation has not
// looked at yet, and returns it with the generation. The range starts at a
// chunk; it is empty if nothing is left.
//
// Runtime: (*pageAlloc).scavengeReserve, Go 1.16. Heap lock held, system stack.
func (p *pageAlloc) scavengeReserve(m *model.M) (addrRange, uint32) {
	m.AssertLockHeld(p.lock, siteScavengeReserveEntry)
	m.AssertSystemStack(siteScavengeReserveSystemstack)
	p.own(m)

	gen := p.scav.gen
	if p.v.reserveNextGen {
		gen++
	}
	if p.v.sharedAddr {
		return p.peekLast(), gen + 1 // nothing is reserved, in no generation
	}
	r := p.scav.inUse.removeLast(p.scav.reservationBytes)
	if r.size() == 0 {
		return r, gen
	}
	r.base = alignDown(r.base, p.chunkBytes)
	p.scav.inUse.removeGreaterEqual(r.base)
	return r, gen
}

// scavengeUnreserve gives back the rest of a range that was reserved in
// generation gen. Of an older generation there is nothing to give back: the
// current one looks at the range anyway.
//
// Runtime: (*pageAlloc).scavengeUnreserve, Go 1.16. Heap lock held, system
// stack.
func (p *pageAlloc) scavengeUnreserve(m *model.M, r addrRange, gen uint32) {
	m.AssertLockHeld(p.lock, siteScavengeUnreserveEntry)
	m.AssertSystemStack(siteScavengeUnreserveSystemstack)
	p.own(m)
	p.assertRest(m, r)

	if p.v.sharedAddr && r.size() != 0 {
		p.scav.inUse.removeGreaterEqual(r.limit)
		return
	}
	if r.size() == 0 || gen != p.scav.gen && !p.v.unreserveAnyGen {
		return
	}
	if r.base&(p.chunkBytes-1) != 0 {
		m.Throw("unreserving unaligned region: base %#x", r.base)
	}
	p.scav.inUse.add(m, r)
}

// scavengeOne scavenges one run of at most maxBytes in work, from the top
// downwards, and returns its size in bytes and what is left of work. If the
// top chunk has none it searches the chunks below, with the lock dropped if
// mayUnlock.
//
// Runtime: (*pageAlloc).scavengeOne, Go 1.16. Heap lock held, system stack.
func (p *pageAlloc) scavengeOne(m *model.M, work addrRange, maxBytes uint64, mayUnlock bool) (uint64, addrRange) {
	m.AssertLockHeld(p.lock, siteScavengeOneEntry)
	m.AssertSystemStack(siteScavengeOneSystemstack)
	p.own(m)

	if work.size() == 0 {
		m.AssertLockHeld(p.lock, siteScavengeOneReturnNone)
		return 0, work
	}
	if work.base&(p.chunkBytes-1) != 0 {
		m.Throw("scavengeOne called with unaligned work region: base %#x", work.base)
	}
	maxPages := maxBytes / p.pageSize
	if maxBytes%p.pageSize != 0 {
		maxPages++
	}

	// The top chunk first: no need to drop the lock for one chunk.
	last := work.limit - 1
	top := p.chunkIndex(last)
	if p.leaf(top).max() >= p.minPages || p.v.scavengeHull {
		base, n := p.findScavengeCandidate(m, top, p.chunkPageIndex(last), maxPages)
		if n != 0 {
			work.limit = p.scavengeRange(m, top, base, n, mayUnlock)
			if mayUnlock && p.v.fastUnlocks {
				m.Unlock(p.lock)
			}
			m.AssertLockHeld(p.lock, siteScavengeOneReturnFast)
			return uint64(n) * p.pageSize, work
		}
	}
	work.limit = p.chunkBase(top)

	mayUnlock = mayUnlock || p.v.alwaysUnlocks
	for work.size() != 0 {
		if mayUnlock {
			p.openWindow(m)
		}
		candidate, ok := p.findCandidate(m, work, mayUnlock)
		seen, nseen := p.remember(candidate, ok, maxPages)
		if mayUnlock && !(ok && p.v.foundUnlocked) && (ok || !p.v.emptyUnlocked) {
			p.closeWindow(m)
		}
		if !ok {
			work.limit = work.base
			break
		}
		// Whatever was seen without the lock may be gone.
		base, n := p.findScavengeCandidate(m, candidate, p.chunkPages-1, maxPages)
		if p.v.recheck != recheckBits && p.stillThere(candidate, n) {
			base, n = seen, nseen
		}
		if n > 0 {
			work.limit = p.scavengeRange(m, candidate, base, n, mayUnlock)
			m.AssertLockHeld(p.lock, siteScavengeOneReturnSlow)
			return uint64(n) * p.pageSize, work
		}
		work.limit = p.chunkBase(candidate)
	}
	m.AssertLockHeld(p.lock, siteScavengeOneReturnEmpty)
	return 0, work
}

// findScavengeCandidate looks for a run of at most maxPages pages to scavenge
// in chunk ci, from page searchIdx downwards.
func (p *pageAlloc) findScavengeCandidate(m *model.M, ci chunkIdx, searchIdx uint, maxPages uint64) (base, npages uint) {
	chunk := p.chunkOf(m, ci)
	base, npages = chunk.findScavengeCandidate(searchIdx, p.minPages, maxPages, p.hugePages)
	if p.v.unalignedMax && uint64(npages) > maxPages {
		base, npages = base+npages-uint(maxPages), uint(maxPages)
	}
	return base, npages
}

// scavengeRangeLocked scavenges npages pages of chunk ci from page base on and
// returns their address.
//
// Runtime: (*pageAlloc).scavengeRangeLocked, Go 1.16. Heap lock held.
func (p *pageAlloc) scavengeRangeLocked(m *model.M, ci chunkIdx, base, npages uint) uint64 {
	m.AssertLockHeld(p.lock, siteScavengeRangeLockedEntry)
	p.own(m)

	chunk := p.chunkOf(m, ci)
	chunk.scavenged.setRange(base, npages)
	addr := p.pageAddr(ci, base)
	p.scav.scavLWM = min(p.scav.scavLWM, addr)
	if p.test {
		return addr
	}
	nbytes := uint64(npages) * p.pageSize
	p.h.sysUnused(m, addr, nbytes)
	p.h.countScavenged(m, nbytes)
	return addr
}
