package heap

// Take makes the n pages from page on allocated, as an allocation that was made
// elsewhere, and reports whether all of them were free; if not, nothing changes.
// Chunks that are not mapped are mapped first. It is for traces of real programs,
// which say where the pages are.
func (d *DirectPages) Take(page, n uint64) bool {
	p := d.p
	addr, limit := d.addr(page), d.addr(page+n)
	taken := false
	d.locked(func() {
		for ci := p.chunkIndex(addr); ci <= p.chunkIndex(limit-1); ci++ {
			if base := p.chunkBase(ci); !p.inUse.contains(base) {
				p.grow(d.m, base, p.g.ChunkBytes())
			}
		}
		for a := addr; a < limit; a += p.pageSize {
			chunk := p.view(p.chunkIndex(a))
			taken = taken || chunk.get(p.chunkPageIndex(a)) != 0
		}
		if !taken {
			p.allocRange(d.m, addr, n)
		}
	})
	return !taken
}

// Allocated returns the number of pages that are allocated.
func (d *DirectPages) Allocated() uint64 {
	total := uint64(0)
	for _, r := range d.p.inUse.ranges {
		for ci := d.p.chunkIndex(r.base); ci < d.p.chunkIndex(r.limit); ci++ {
			chunk := d.p.view(ci)
			total += uint64(chunk.popcntRange(0, d.p.g.ChunkPages))
		}
	}
	return total
}
