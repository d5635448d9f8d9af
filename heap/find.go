package heap

import "lockheld/model"

// findMappedAddr returns the lowest address from addr on that may become the
// search address: one that is in use, or whose arena has metadata. It returns
// the highest address if there is none.
//
// Runtime: (*pageAlloc).findMappedAddr, Go 1.16. Heap lock held.
func (p *pageAlloc) findMappedAddr(m *model.M, addr uint64) uint64 {
	m.AssertLockHeld(p.lock, siteFindMappedAddrEntry)
	p.own(m)

	if p.v.findUnmapped || !p.test && p.h.hasArena(m, addr) {
		return addr
	}
	if mapped, ok := p.inUse.findAddrGreaterEqual(addr); ok {
		return mapped
	}
	return p.maxAddr
}

// firstFree narrows down where the first free page is while find descends:
// it lies in [base, bound].
//
// Runtime: the variable firstFree and the closure foundFree of find.
type firstFree struct{ base, bound uint64 }

// found takes in that [addr, addr+size) has a free page and was met before
// anything above it.
func (f *firstFree) found(m *model.M, addr, size uint64) {
	last := addr + size - 1
	switch {
	case f.base <= addr && last <= f.bound:
		f.base, f.bound = addr, last
	case last < f.base || f.bound < addr:
		// Beyond the entry that has the first free page.
	default:
		m.Throw("range partially overlaps: addr %#x, size %d, base %#x, bound %#x", addr, size, f.base, f.bound)
	}
}

// find returns the address of the first run of npages free pages, 0 if there
// is none, and a new search address.
//
// Runtime: (*pageAlloc).find, Go 1.16. Heap lock held.
func (p *pageAlloc) find(m *model.M, npages uint64) (addr, searchAddr uint64) {
	m.AssertLockHeld(p.lock, siteFindEntry)
	p.own(m)

	first := firstFree{0, p.maxAddr}
	i := uint64(0) // first entry of the block at level l
	for l := range p.summary {
		i <<= p.levelBits[l]
		j, base, size := p.findInBlock(m, l, i, npages, &first)
		switch {
		case size >= npages:
			return i<<p.levelShift[l] + base*p.pageSize, p.findMappedAddr(m, first.base)
		case j >= 0:
			i += uint64(j) // the run is inside this entry
		case l == 0:
			return 0, p.maxAddr
		default:
			m.Throw("bad summary data: no run of %d pages in the block at %d of level %d, search address %#x", npages, i, l, p.searchAddr)
		}
	}

	ci := chunkIdx(i)
	chunk := p.chunkOf(m, ci)
	at, searchIdx := chunk.find(npages, 0)
	if at == notFound {
		m.Throw("bad summary data: no run of %d pages in chunk %d, whose summary has %d", npages, ci, p.leaf(ci).max())
	}
	searchAddr = p.pageAddr(ci, searchIdx)
	first.found(m, searchAddr, p.chunkBase(ci+1)-searchAddr)
	return p.pageAddr(ci, at), p.findMappedAddr(m, first.base)
}

// findInBlock goes through the block of level l that starts at entry i and
// looks for a run of npages pages that crosses entries or starts one. If there
// is one, size is at least npages and base its first page, relative to the
// block. If an entry holds the run inside, j is its index in the block, else
// -1.
func (p *pageAlloc) findInBlock(m *model.M, l int, i, npages uint64, first *firstFree) (j int, base, size uint64) {
	entries := p.summary[l].span(i, 1<<p.levelBits[l])
	logPages := p.levelLogPages[l]
	from := 0
	if s := p.searchAddr >> p.levelShift[l]; s&^(uint64(len(entries))-1) == i {
		from = int(s - i)
	}
	for j = from; j < len(entries); j++ {
		sum := entries[j]
		if sum == 0 {
			size = 0
			continue
		}
		first.found(m, (i+uint64(j))<<p.levelShift[l], p.pageSize<<logPages)

		start := uint64(sum.start())
		switch {
		case size+start >= npages:
			if size == 0 {
				base = uint64(j) << logPages
			}
			return j, base, size + start
		case uint64(sum.max()) >= npages:
			return j, 0, 0
		case size == 0 || start < 1<<logPages:
			size = uint64(sum.end())
			base = uint64(j+1)<<logPages - size
		default:
			size += 1 << logPages
		}
	}
	return -1, base, size
}

// alloc takes the first run of npages free pages and returns its address, 0 if
// there is none, and how many bytes of it were scavenged.
//
// Runtime: (*pageAlloc).alloc, Go 1.16. Heap lock held, system stack.
func (p *pageAlloc) alloc(m *model.M, npages uint64) (addr, scav uint64) {
	m.AssertLockHeld(p.lock, siteAllocEntry)
	m.AssertSystemStack(siteAllocSystemstack)
	p.own(m)

	if p.chunkIndex(p.searchAddr) >= p.end {
		return 0, 0 // known to be full
	}
	addr, searchAddr := p.allocInSearchChunk(m, npages)
	if addr == 0 {
		addr, searchAddr = p.find(m, npages)
		if addr == 0 {
			if npages == 1 || p.v.failExhausts {
				p.searchAddr = p.maxAddr
			}
			return 0, 0
		}
	}
	scav = p.allocRange(m, addr, npages)
	p.searchAddr = max(p.searchAddr, searchAddr)
	return addr, scav
}

// allocInSearchChunk is the short way of alloc: it looks only into the chunk of
// the search address, from there on. It returns 0 if the run may not fit there.
//
// Runtime: the first half of (*pageAlloc).alloc.
func (p *pageAlloc) allocInSearchChunk(m *model.M, npages uint64) (addr, searchAddr uint64) {
	i := p.chunkPageIndex(p.searchAddr)
	if uint64(p.chunkPages-i) < npages {
		return 0, 0
	}
	ci := p.chunkIndex(p.searchAddr)
	longest := p.leaf(ci).max()
	if uint64(longest) < npages {
		return 0, 0
	}
	chunk := p.chunkOf(m, ci)
	at, searchIdx := chunk.find(npages, i)
	if at == notFound {
		m.Throw("bad summary data: no run of %d pages in chunk %d from page %d, whose summary has %d", npages, ci, i, longest)
	}
	return p.pageAddr(ci, at), p.pageAddr(ci, searchIdx)
}
