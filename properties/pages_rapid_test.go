package properties

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/heap"

	"pgregory.net/rapid"
)

// naivePages is what a page allocator is without radix tree, search address
// and bit tricks: a list of pages.
type naivePages struct {
	g      *heap.Geometry
	mapped []bool // by chunk
	alloc  []bool // by page; true where nothing is mapped
	scav   []bool
}

func newNaivePages(g *heap.Geometry) *naivePages {
	pages := g.MaxChunks * g.ChunkPages
	n := &naivePages{g: g, mapped: make([]bool, g.MaxChunks), alloc: make([]bool, pages), scav: make([]bool, pages)}
	for i := range n.alloc {
		n.alloc[i] = true
	}
	return n
}

func (n *naivePages) grow(chunk, chunks uint64) {
	for c := chunk; c < chunk+chunks; c++ {
		n.mapped[c] = true
		for i := range uint64(n.g.ChunkPages) {
			p := c*uint64(n.g.ChunkPages) + i
			n.alloc[p], n.scav[p] = false, true
		}
	}
}

// find returns the lowest run of npages free pages.
func (n *naivePages) find(npages uint64) (uint64, bool) {
	run := uint64(0)
	for p := range n.alloc {
		run++
		if n.alloc[p] {
			run = 0
		}
		if run == npages {
			return uint64(p) + 1 - npages, true
		}
	}
	return 0, false
}

// take allocates npages pages from p on and returns how many were scavenged.
func (n *naivePages) take(p, npages uint64) (scav uint64) {
	for i := p; i < p+npages; i++ {
		if n.scav[i] {
			scav++
		}
		n.alloc[i], n.scav[i] = true, false
	}
	return scav
}

func (n *naivePages) free(p, npages uint64) {
	for i := p; i < p+npages; i++ {
		n.alloc[i] = false
	}
}

// summary returns the free pages at the start, the longest run and those at
// the end of pages [lo, hi); pages outside the list are not free.
func (n *naivePages) summary(lo, hi int) (start, longest, end uint64) {
	run := uint64(0)
	for p := lo; p < hi; p++ {
		if p < 0 || p >= len(n.alloc) || n.alloc[p] {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
		if run == uint64(p-lo+1) {
			start = run
		}
	}
	return start, longest, run
}

// runs returns the runs of set bits of one chunk.
func (n *naivePages) runs(bits []bool, c uint64) []heap.Span2 {
	out := []heap.Span2{}
	size := uint64(n.g.ChunkPages)
	for i := uint64(0); i < size; i++ {
		if !bits[c*size+i] {
			continue
		}
		if k := len(out) - 1; k >= 0 && out[k][0]+out[k][1] == i {
			out[k][1]++
		} else {
			out = append(out, heap.Span2{i, 1})
		}
	}
	return out
}

// naiveCache is a page cache as a list of pages.
type naiveCache struct{ pages, scav []uint64 }

// alloc takes the lowest run of npages pages.
func (c *naiveCache) alloc(npages uint64) (page, scav uint64, ok bool) {
	for i := range c.pages {
		j := i + int(npages)
		if j > len(c.pages) || c.pages[j-1] != c.pages[i]+npages-1 {
			continue
		}
		page = c.pages[i]
		c.pages = slices.Delete(c.pages, i, j)
		before := len(c.scav)
		c.scav = slices.DeleteFunc(c.scav, func(p uint64) bool { return p >= page && p < page+npages })
		return page, uint64(before - len(c.scav)), true
	}
	return 0, 0, false
}

// pagesMachine drives both allocators.
type pagesMachine struct {
	g      *heap.Geometry
	d      *heap.DirectPages
	n      *naivePages
	caches []*heap.DirectCache
	naive  []naiveCache
	live   []heap.Span2       // what was allocated, page and length
	work   []*heap.DirectWork // what scavengers have reserved
}

func newPagesMachine(t *rapid.T, g *heap.Geometry) *pagesMachine {
	m := &pagesMachine{g: g, d: heap.NewDirectPages(g), n: newNaivePages(g)}
	for range 2 {
		m.caches = append(m.caches, m.d.NewCache(0, 0, 0))
		m.naive = append(m.naive, naiveCache{})
	}
	// A heap with holes from the start: first chunk and length of each piece.
	for c := uint64(0); c < uint64(g.MaxChunks); c++ {
		k := min(rapid.Uint64Range(0, 6).Draw(t, "chunks"), uint64(g.MaxChunks)-c)
		if k > 0 {
			m.grow(c, k)
		}
		c += k
	}
	return m
}

func (m *pagesMachine) grow(chunk, chunks uint64) {
	size := uint64(m.g.ChunkPages)
	m.d.Grow(chunk*size, chunks*size)
	m.n.grow(chunk, chunks)
}

// Grow maps some chunks, next to what is mapped or not.
func (m *pagesMachine) Grow(t *rapid.T) {
	c := rapid.Uint64Range(0, uint64(m.g.MaxChunks)-1).Draw(t, "chunk")
	k := rapid.Uint64Range(1, 5).Draw(t, "chunks")
	if c+k > uint64(m.g.MaxChunks) || slices.Contains(m.n.mapped[c:c+k], true) {
		t.Skip("mapped already")
	}
	m.grow(c, k)
}

// Alloc allocates some pages or some chunks.
func (m *pagesMachine) Alloc(t *rapid.T) {
	npages := rapid.Uint64Range(1, 2*uint64(m.g.ChunkPages)).Draw(t, "pages")
	if rapid.IntRange(0, 3).Draw(t, "long") == 0 {
		npages = rapid.Uint64Range(2, 9).Draw(t, "chunks") * uint64(m.g.ChunkPages)
	}
	m.alloc(t, npages)
}

// Fill allocates everything below a page.
func (m *pagesMachine) Fill(t *rapid.T) {
	limit := rapid.Uint64Range(1, uint64(len(m.n.alloc))).Draw(t, "limit")
	for {
		first, ok := m.n.find(1)
		if !ok || first >= limit {
			return
		}
		n := uint64(1)
		for first+n < limit && !m.n.alloc[first+n] {
			n++
		}
		m.alloc(t, n)
	}
}

func (m *pagesMachine) alloc(t *rapid.T, npages uint64) {
	page, scav, ok := m.d.Alloc(npages)
	want, wantOK := m.n.find(npages)
	if ok != wantOK || ok && page != want {
		t.Fatalf("Alloc(%d) = %d, %t, want %d, %t", npages, page, ok, want, wantOK)
	}
	if !ok {
		return
	}
	if n := m.n.take(page, npages) * m.g.PageSize; scav != n {
		t.Fatalf("Alloc(%d): %d bytes scavenged, want %d", npages, scav, n)
	}
	m.live = append(m.live, heap.Span2{page, npages})
}

// Free frees all or an end of something allocated.
func (m *pagesMachine) Free(t *rapid.T) {
	if len(m.live) == 0 {
		t.Skip("nothing allocated")
	}
	i := rapid.IntRange(0, len(m.live)-1).Draw(t, "which")
	s := m.live[i]
	k := rapid.Uint64Range(1, s[1]).Draw(t, "pages")
	m.d.Free(s[0]+s[1]-k, k)
	m.n.free(s[0]+s[1]-k, k)
	if m.live[i][1] -= k; m.live[i][1] == 0 {
		m.live = slices.Delete(m.live, i, i+1)
	}
}

func (m *pagesMachine) drawCache(t *rapid.T) (*heap.DirectCache, *naiveCache) {
	i := rapid.IntRange(0, len(m.caches)-1).Draw(t, "cache")
	return m.caches[i], &m.naive[i]
}

// Refill fills an empty cache with the block of the first free page.
func (m *pagesMachine) Refill(t *rapid.T) {
	c, n := m.drawCache(t)
	if len(n.pages) > 0 {
		t.Skip("not empty")
	}
	m.d.Refill(c)
	first, ok := m.n.find(1)
	if !ok {
		return
	}
	block := first &^ (uint64(m.g.WordBits) - 1)
	for p := block; p < block+uint64(m.g.WordBits); p++ {
		if m.n.alloc[p] {
			continue
		}
		n.pages = append(n.pages, p)
		if m.n.scav[p] {
			n.scav = append(n.scav, p)
		}
	}
	m.n.take(block, uint64(m.g.WordBits))
}

// CacheAlloc allocates from a cache.
func (m *pagesMachine) CacheAlloc(t *rapid.T) {
	c, n := m.drawCache(t)
	npages := rapid.Uint64Range(1, uint64(m.g.CacheLimit)-1).Draw(t, "pages")
	page, scav, ok := m.d.CacheAlloc(c, npages)
	wantPage, wantScav, wantOK := n.alloc(npages)
	if ok != wantOK || ok && (page != wantPage || scav != wantScav*m.g.PageSize) {
		t.Fatalf("CacheAlloc(%d) = %d, %d, %t, want %d, %d, %t", npages, page, scav, ok, wantPage, wantScav*m.g.PageSize, wantOK)
	}
	if ok {
		m.live = append(m.live, heap.Span2{page, npages})
	}
}

// Flush empties a cache.
func (m *pagesMachine) Flush(t *rapid.T) {
	c, n := m.drawCache(t)
	m.d.Flush(c)
	for _, p := range n.pages {
		m.n.alloc[p] = false
	}
	for _, p := range n.scav {
		m.n.scav[p] = true
	}
	*n = naiveCache{}
}

// StartGen starts a scavenge generation.
func (m *pagesMachine) StartGen(*rapid.T) { m.d.StartGen() }

// Scavenge scavenges: only free pages, in groups of the scavenger's unit, and
// as many as it says.
func (m *pagesMachine) Scavenge(t *rapid.T) {
	nbytes := rapid.Uint64Range(1, 4*m.g.ChunkBytes()).Draw(t, "bytes")
	if what := m.scavenge(nbytes); what != "" {
		t.Fatal(what)
	}
}

func (m *pagesMachine) scavenge(nbytes uint64) string {
	released := m.d.Scavenge(nbytes, false)
	n := uint64(0)
	size := uint64(m.g.ChunkPages)
	for _, c := range m.d.State().Chunks {
		for _, r := range c.Scav {
			for p := c.Chunk*size + r[0]; p < c.Chunk*size+r[0]+r[1]; p++ {
				switch {
				case m.n.scav[p]:
				case m.n.alloc[p]:
					return fmt.Sprintf("Scavenge(%d) scavenged page %d, which is allocated", nbytes, p)
				default:
					m.n.scav[p] = true
					n++
				}
			}
		}
	}
	if n*m.g.PageSize != released {
		return fmt.Sprintf("Scavenge(%d) = %d, but %d pages are scavenged", nbytes, released, n)
	}
	return ""
}

// Reserve takes work for a scavenger that goes on later, as one does that has
// dropped the lock.
func (m *pagesMachine) Reserve(*rapid.T) { m.work = append(m.work, m.d.Reserve()) }

// Unreserve gives work back, perhaps of an older generation.
func (m *pagesMachine) Unreserve(t *rapid.T) {
	if len(m.work) == 0 {
		t.Skip("nothing reserved")
	}
	i := rapid.IntRange(0, len(m.work)-1).Draw(t, "work")
	m.d.Unreserve(m.work[i])
	m.work = slices.Delete(m.work, i, i+1)
}

// ScavengeAll goes on until a generation finds nothing: then the next one
// begins at the top of the heap, and a second idle one proves that no group of
// free pages is left.
func (m *pagesMachine) ScavengeAll(t *rapid.T) {
	for idle := 0; idle < 2; {
		m.d.StartGen()
		before := slices.Clone(m.n.scav)
		if what := m.scavenge(^uint64(0) >> 1); what != "" {
			t.Fatal(what)
		}
		idle++
		if !slices.Equal(before, m.n.scav) {
			idle = 0
		}
	}
	unit := m.g.MinScavPages()
	for p := uint64(0); p < uint64(len(m.n.alloc)); p += unit {
		if !slices.Contains(m.n.alloc[p:p+unit], true) && !slices.Contains(m.n.scav[p:p+unit], true) {
			t.Fatalf("page %d is free and two idle generations have not scavenged it", p)
		}
	}
}

// Check compares the states.
func (m *pagesMachine) Check(t *rapid.T) {
	st := m.d.State()
	chunks := map[uint64]heap.ChunkState{}
	for _, c := range st.Chunks {
		chunks[c.Chunk] = c
	}
	for c := range m.n.mapped {
		if !m.n.mapped[c] {
			continue
		}
		c := uint64(c)
		got := chunks[c]
		if want := m.n.runs(m.n.alloc, c); !slices.Equal(got.Alloc, want) {
			t.Fatalf("chunk %d: allocated %v, want %v", c, got.Alloc, want)
		}
		if want := m.n.runs(m.n.scav, c); !slices.Equal(got.Scav, want) {
			t.Fatalf("chunk %d: scavenged %v, want %v", c, got.Scav, want)
		}
	}
	at, some := m.d.Search()
	if some && !m.n.mapped[at/uint64(m.g.ChunkPages)] {
		t.Fatalf("search address at page %d, which is not mapped", at)
	}
	if first, ok := m.n.find(1); ok && (!some || at > first) {
		t.Fatalf("search address at page %d (%t), page %d is free", at, some, first)
	}
	m.checkScav(t, &st)
	m.checkSums(t, st.Sums)
}

// checkScav checks the ranges that the scavenger has not looked at: sorted,
// disjoint, part of the heap, disjoint from what is reserved in this
// generation.
func (m *pagesMachine) checkScav(t *rapid.T, st *heap.PagesState) {
	total, last := uint64(0), uint64(0)
	for i, r := range st.Scav.InUse {
		if i > 0 && r[0] <= last || r[0] >= r[1] {
			t.Fatalf("scav.inUse %v is not sorted", st.Scav.InUse)
		}
		total, last = total+r[1]-r[0], r[1]
		for c := r[0] / m.g.ChunkBytes(); c <= (r[1]-1)/m.g.ChunkBytes(); c++ {
			if !m.n.mapped[c] {
				t.Fatalf("scav.inUse %v has chunk %d, which is not mapped", st.Scav.InUse, c)
			}
		}
		for _, w := range m.work {
			if x, ok := m.d.Range(w); ok && w.Gen() == st.Scav.Gen && r[0] < x[1] && x[0] < r[1] {
				t.Fatalf("scav.inUse %v overlaps the reservation %v of the same generation", st.Scav.InUse, x)
			}
		}
	}
	if total != st.Scav.Total {
		t.Fatalf("scav.inUse %v has %d bytes, recorded are %d", st.Scav.InUse, total, st.Scav.Total)
	}
}

func (m *pagesMachine) checkSums(t *rapid.T, sums [][]heap.SumState) {
	base := int(m.g.BaseChunk * m.g.ChunkPages)
	size := int(m.g.ChunkPages) // pages of an entry
	for l := len(sums) - 1; l >= 0; l-- {
		first := base / size * size // an entry may begin below the first page
		for _, s := range sums[l] {
			lo := first - base + int(s.Index)*size
			start, longest, end := m.n.summary(lo, lo+size)
			if s.Start != start || s.Max != longest || s.End != end {
				t.Fatalf("level %d, entry %d: %d %d %d, want %d %d %d", l, s.Index, s.Start, s.Max, s.End, start, longest, end)
			}
		}
		size <<= m.g.LevelBits[l]
	}
}

// The page allocator agrees with the list of pages after any operations, in
// every geometry that is small enough.
func TestPropertyPageAllocator(t *testing.T) {
	for _, g := range heap.Geometries() {
		if g.MaxChunks > 64 {
			continue
		}
		t.Run(g.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				t.Repeat(rapid.StateMachineActions(newPagesMachine(t, g)))
			})
		})
	}
}
