package properties

import (
	"fmt"
	"math/bits"
)

// Classes of pages that are not free.
const (
	inCache = iota
	inSpan
	inFlight
	numClasses
)

var classNames = [numClasses]string{"a page cache", "a span", "an allocation under way"}

// A pageMap has a bit for each page, in words as long as those of the heap's
// bitmaps: which class it belongs to.
type pageMap struct {
	shift uint   // log2 of the pages per word
	full  uint64 // all pages of a word

	words   int // up to the last one in use
	mapped  []uint64
	free    []uint64
	scav    []uint64 // scavenged, by bitmap or page cache
	class   [numClasses][]uint64
	flights int // Ms with pages in flight

	old bool // not filled when the state was looked at last

	doubled [2]int // two classes that have a page in common
	page    uint64 // that page, one more
	stray   uint64 // a page that has a class and is not mapped, one more
}

func (pm *pageMap) init(s *state) {
	n := s.pages.Words()
	pm.shift = uint(bits.TrailingZeros(s.g.WordBits))
	pm.full = ^uint64(0) >> (64 - s.g.WordBits)
	all := make([]uint64, (3+numClasses)*n)
	for _, p := range []*[]uint64{&pm.mapped, &pm.free, &pm.scav, &pm.class[0], &pm.class[1], &pm.class[2]} {
		*p, all = all[:n:n], all[n:]
	}
}

// fill makes the map agree with the state.
func (pm *pageMap) fill(s *state) {
	pm.clear()
	pm.fillBits(s)
	for _, c := range s.caches {
		base, cache, scav := c.View()
		pm.addCache(s, base, cache, scav)
	}
	for i := range s.runs {
		if r := &s.runs[i]; r.npages != 0 {
			pm.addRun(s, inSpan, r.base, r.npages)
		}
	}
	if s.h == nil {
		return
	}
	for i := range s.k.AllPs() {
		base, cache, scav := s.h.PageCache(i)
		pm.addCache(s, base, cache, scav)
	}
	for i := range s.h.Carved() {
		if sp := s.h.Span(i); sp.Live() {
			pm.addRun(s, inSpan, sp.Base(), sp.Pages())
		}
	}
	for i := range s.k.Ms() {
		if base, npages, _, _ := s.h.Flight(i); npages != 0 {
			pm.flights++
			pm.addRun(s, inFlight, base, npages)
		}
	}
}

func (pm *pageMap) clear() {
	n := pm.words
	clear(pm.mapped[:n])
	clear(pm.free[:n])
	clear(pm.scav[:n])
	for c := range pm.class {
		clear(pm.class[c]) // also what strayed
	}
	pm.words, pm.flights, pm.page, pm.stray = 0, 0, 0, 0
}

func (pm *pageMap) fillBits(s *state) {
	for r := range s.pages.Ranges() {
		base, limit := s.pages.Range(r)
		lo, hi := int(s.page(base)>>pm.shift), int(s.page(limit)>>pm.shift)
		for i := lo; i < hi && i < len(pm.mapped); i++ {
			alloc, scav := s.pages.Word(i)
			pm.mapped[i] = pm.full
			pm.free[i] = pm.full &^ alloc
			pm.scav[i] = scav
			pm.words = i + 1
		}
	}
}

func (pm *pageMap) addCache(s *state, base, cache, scav uint64) {
	if cache == 0 {
		return
	}
	i := s.page(base) >> pm.shift
	if i >= uint64(len(pm.mapped)) {
		pm.stray = s.page(base) + 1
		return
	}
	pm.addWord(int(i), inCache, cache)
	pm.scav[i] |= scav
}

func (pm *pageMap) addRun(s *state, class int, base, npages uint64) {
	p := s.page(base)
	if p+npages < p || p+npages > uint64(len(pm.mapped))<<pm.shift {
		pm.stray = p + 1
		return
	}
	for n := uint64(0); n < npages; {
		at := p + n
		bit := at & (1<<pm.shift - 1)
		k := min(npages-n, 1<<pm.shift-bit)
		pm.addWord(int(at>>pm.shift), class, (^uint64(0)>>(64-k))<<bit)
		n += k
	}
}

func (pm *pageMap) addWord(i, class int, w uint64) {
	for c := range pm.class {
		if both := pm.class[c][i] & w; both != 0 && pm.page == 0 {
			pm.doubled = [2]int{c, class}
			pm.page = pm.pageOf(i, both) + 1
		}
	}
	pm.class[class][i] |= w
	if out := w &^ pm.mapped[i]; out != 0 && pm.stray == 0 {
		pm.stray = pm.pageOf(i, out) + 1
	}
}

// pageOf returns the number of the lowest page of w, which is part of word i.
func (pm *pageMap) pageOf(i int, w uint64) uint64 {
	return uint64(i)<<pm.shift + uint64(bits.TrailingZeros64(w))
}

// doubles says which page is in two places.
func (pm *pageMap) doubles() string {
	if pm.page == 0 {
		return ""
	}
	a, b := classNames[pm.doubled[0]], classNames[pm.doubled[1]]
	if pm.doubled[0] == pm.doubled[1] {
		return fmt.Sprintf("page %d is twice in %s", pm.page-1, a)
	}
	return fmt.Sprintf("page %d is in %s and in %s", pm.page-1, a, b)
}

// taken returns the pages of word i that have an owner.
func (pm *pageMap) taken(i int) uint64 {
	return pm.class[inCache][i] | pm.class[inSpan][i] | pm.class[inFlight][i]
}
