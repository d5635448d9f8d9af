package heap

import (
	"math/bits"

	"lockheld/model"
	"lockheld/sched"
)

// A pageCache holds free pages of one aligned block of a word's width for the
// M that owns the P. In the bitmaps they count as allocated and not scavenged.
//
// Runtime: pageCache, Go 1.16.
type pageCache struct {
	base  uint64 // address of the block; stale when the cache is empty
	cache uint64 // 1: free
	scav  uint64 // 1: free and scavenged

	pageSize uint64 // bytes; a constant in the runtime
}

// empty reports whether no page is left.
//
// Runtime: (*pageCache).empty.
func (c *pageCache) empty() bool { return c.cache == 0 }

// alloc takes the first run of npages pages and returns its address, 0 if
// there is none, and how many bytes of it are scavenged. It needs no lock but
// pp, the P whose cache this is; nil is for a cache of no P.
//
// Runtime: (*pageCache).alloc, Go 1.16.
func (c *pageCache) alloc(m *model.M, pp *model.P, npages uint64) (addr, scav uint64) {
	m.Reach(sitePageCacheAllocEntry)
	if pp != nil && m.P() != pp {
		m.Fail(sched.KindAssertion, sitePageCacheAllocEntry, "uses the page cache of %s, which it does not own", pp.Name())
	}
	if c.cache == 0 {
		return 0, 0
	}
	if npages == 1 {
		i := uint64(bits.TrailingZeros64(c.cache))
		scav = c.scav >> i & 1
		c.cache &^= 1 << i
		c.scav &^= 1 << i
		return c.base + i*c.pageSize, scav * c.pageSize
	}
	return c.allocN(npages)
}

// allocN is alloc for more than one page.
//
// Runtime: (*pageCache).allocN, Go 1.16.
func (c *pageCache) allocN(npages uint64) (addr, scav uint64) {
	i := findBitRange64(c.cache, uint(npages))
	if i >= 64 {
		return 0, 0
	}
	mask := rangeMask(i, uint(npages))
	scav = uint64(bits.OnesCount64(c.scav & mask))
	c.cache &^= mask
	c.scav &^= mask
	return c.base + uint64(i)*c.pageSize, scav * c.pageSize
}

// flush gives the pages that are left in c back to p. It does not raise the
// scavenger's mark of the highest free page.
//
// Runtime: (*pageCache).flush, Go 1.16. Heap lock held, system stack.
// Model: the runtime stores the bits one by one, we word by word. A scavenger
// that reads without the lock only asks whether a word has a candidate and
// looks again under the lock, so it learns nothing more from the states in
// between.
func (c *pageCache) flush(m *model.M, p *pageAlloc) {
	if p.v.relaxFlush {
		m.AssertWorldStoppedOrLockHeld(p.lock, siteFlushEntry)
	} else {
		m.AssertLockHeld(p.lock, siteFlushEntry)
	}
	m.AssertSystemStack(siteFlushSystemstack)
	if c.empty() {
		return
	}
	p.own(m)
	chunk := p.chunkOf(m, p.chunkIndex(c.base))
	i := p.chunkPageIndex(c.base)
	chunk.clearWord(i, c.cache)
	chunk.scavenged.setWord(i, c.scav)
	if !p.v.flushKeepsSearch {
		p.searchAddr = min(p.searchAddr, c.base)
	}
	if p.v.flushRaisesHWM {
		p.scav.freeHWM = max(p.scav.freeHWM, c.base+uint64(p.g.WordBits)*p.pageSize-1)
	}
	p.update(m, c.base, uint64(p.g.WordBits), p.v.flushContig, false)
	if !p.v.flushKeepsCache {
		*c = pageCache{}
	}
}

// allocToCache takes the block with the first free page and returns the pages
// of it that are free, none if the heap is full.
//
// Runtime: (*pageAlloc).allocToCache, Go 1.16. Heap lock held, system stack.
func (p *pageAlloc) allocToCache(m *model.M) pageCache {
	m.AssertLockHeld(p.lock, siteAllocToCacheEntry)
	m.AssertSystemStack(siteAllocToCacheSystemstack)
	p.own(m)

	if p.chunkIndex(p.searchAddr) >= p.end {
		return pageCache{}
	}
	ci := p.chunkIndex(p.searchAddr)
	if p.leaf(ci) == 0 {
		addr, _ := p.find(m, 1)
		if addr == 0 {
			p.searchAddr = p.maxAddr
			return pageCache{}
		}
		return p.takeBlock(m, p.chunkIndex(addr), p.chunkPageIndex(addr))
	}
	chunk := p.chunkOf(m, ci)
	i := chunk.find1(p.chunkPageIndex(p.searchAddr))
	if i == notFound {
		m.Throw("bad summary data: chunk %d has no free page from %#x on", ci, p.searchAddr)
	}
	return p.takeBlock(m, ci, i)
}

// takeBlock allocates all of the block that holds page i of chunk ci and
// returns a cache of the pages that were free.
//
// Runtime: the second half of (*pageAlloc).allocToCache.
func (p *pageAlloc) takeBlock(m *model.M, ci chunkIdx, i uint) pageCache {
	block := uint64(p.g.WordBits)
	chunk := p.chunkOf(m, ci)
	c := pageCache{
		base:  p.pageAddr(ci, i&^(p.g.WordBits-1)),
		cache: ^chunk.pages64(i) & chunk.full(),
		scav:  chunk.scavenged.block64(i),

		pageSize: p.pageSize,
	}
	p.allocRange(m, c.base, block)
	// allocRange has done this already; Go 1.16 does it twice.
	if !p.v.oneUpdate {
		p.update(m, c.base, block, false, true)
	}

	// The page after the block may not be mapped, its last one is.
	p.searchAddr = c.base + (block-1)*p.pageSize
	if p.v.searchAfterBlock {
		p.searchAddr = c.base + block*p.pageSize
	}
	return c
}
