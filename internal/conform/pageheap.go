package conform

import (
	"fmt"
	"slices"

	"lockheld/heap"
)

// pageHeap is the state of a case of kind pageheap.
type pageHeap struct {
	*heap.DirectPages
	chunkPages uint64
	maxChunks  uint64
	caches     map[uint64]*heap.DirectCache
	work       map[uint64]*heap.DirectWork
}

// chunkShape is a chunk with its runs of set bits.
var chunkShape = object{{"c", whole}, {"alloc", pairs}, {"scav", pairs}}

// stateFields are the fields of a check that a page heap and a whole heap have
// in common.
func stateFields() []field {
	return []field{
		{"start", wholeOrNull}, {"end", wholeOrNull}, {"in_use", pairs},
		{"chunks", list{chunkShape, 0}}, {"search", wholeOrMax},
		{"scav", part{
			{"gen", whole}, {"released", whole}, {"reservation", whole}, {"in_use", pairs},
			{"total", whole}, {"lwm", wholeOrMax}, {"hwm", wholeOrMin},
		}},
		{"sums", list{list{list{whole, 4}, 0}, 5}},
	}
}

// setState answers a check.
func setState(o *op, st heap.PagesState, search uint64, free bool) {
	o.set("start", numOr(st.Start, st.Known, "null"))
	o.set("end", numOr(st.End, st.Known, "null"))
	o.set("in_use", spans(st.InUse))
	o.set("chunks", chunks(st.Chunks))
	o.set("search", numOr(search, free, `"max"`))
	o.set("scav.gen", num(st.Scav.Gen))
	o.set("scav.released", num(st.Scav.Released))
	o.set("scav.reservation", num(st.Scav.Reservation))
	o.set("scav.in_use", spans(st.Scav.InUse))
	o.set("scav.total", num(st.Scav.Total))
	o.set("scav.lwm", numOr(st.Scav.LWM, st.Scav.HasLWM, `"max"`))
	o.set("scav.hwm", numOr(st.Scav.HWM, st.Scav.HasHWM, `"min"`))
	o.set("sums", sums(st.Sums))
}

func pageHeapKind() *kind {
	search := field{"search", wholeOrMax}
	released := field{"released", whole}
	cache := object{{"id", whole}, {"base", whole}, {"cache", hexWord{}}, {"scav", hexWord{}}}
	return &kind{
		name:  "pageheap",
		setup: object{{"chunks", list{chunkShape, 0}}},
		start: startPageHeap,
		ops: []opSpec{
			{"alloc", object{{"n", whole}}, []field{{"addr", wholeOrNull}, {"scav", whole}, search}, do(opAlloc)},
			{"free", object{{"page", whole}, {"n", whole}}, []field{search}, do(opFree)},
			{"refill", object{{"id", whole}},
				[]field{{"base", wholeOrNull}, {"cache", hexWord{}}, {"scav", hexWord{}}, search}, do(opRefill)},
			{"calloc", object{{"id", whole}, {"n", whole}},
				[]field{{"addr", wholeOrNull}, {"scav", whole}, {"cache", hexWord{}}, {"cscav", hexWord{}}}, do(opCacheAlloc)},
			{"newcache", cache, nil, do(opNewCache)},
			{"flush", object{{"id", whole}}, []field{search}, do(opFlush)},
			{"scavenge", object{{"bytes", wholeOrMax}, {"unlock", boolean{}}}, []field{released}, do(opScavenge)},
			{"startgen", object{}, []field{{"gen", whole}, {"reservation", whole}, {"total", whole}}, do(opStartGen)},
			{"grow", object{{"page", whole}, {"n", whole}}, []field{search}, do(opGrow)},
			{"reserve", object{{"id", whole}}, []field{{"range", orNull{pair}}, {"gen", whole}}, do(opReserve)},
			{"scavone", object{{"id", whole}, {"bytes", wholeOrMax}, {"unlock", boolean{}}},
				[]field{{"range", orNull{pair}}, released}, do(opScavengeOne)},
			{"unreserve", object{{"id", whole}}, []field{{"total", whole}}, do(opUnreserve)},
			{"check", object{}, append(stateFields(), field{"caches", list{cache, 0}}), do(opCheck)},
		},
	}
}

func startPageHeap(c *testCase) (any, error) {
	s := &pageHeap{
		DirectPages: heap.NewDirectPages(c.geo),
		chunkPages:  uint64(c.geo.ChunkPages),
		maxChunks:   uint64(c.geo.MaxChunks),
		caches:      map[uint64]*heap.DirectCache{},
		work:        map[uint64]*heap.DirectWork{},
	}
	seen := map[uint64]bool{}
	for i, v := range c.setup["chunks"].([]any) {
		raw := v.(map[string]any)
		n, alloc, scav := toNum(raw["c"]), toPairs(raw["alloc"]), toPairs(raw["scav"])
		err := checkRuns("alloc", alloc, s.chunkPages)
		if err == nil {
			err = checkRuns("scav", scav, s.chunkPages)
		}
		switch {
		case err != nil:
		case n >= s.maxChunks:
			err = fmt.Errorf("chunk %d, there are %d", n, s.maxChunks)
		case seen[n]:
			err = fmt.Errorf("chunk %d is there twice", n)
		}
		if err != nil {
			return nil, fmt.Errorf("setup: chunks[%d]: %w", i, err)
		}
		seen[n] = true
		s.AddChunk(n, alloc, scav)
	}
	s.StartGen()
	return s, nil
}

// checkPages refuses a run of pages that is empty or leaves the address space.
func (s *pageHeap) checkPages(o *op, page, n uint64) bool {
	total := s.maxChunks * s.chunkPages
	if n == 0 || page >= total || n > total-page {
		o.reject("%d pages from page %d", n, page)
		return false
	}
	return true
}

func (s *pageHeap) setSearch(o *op) {
	page, ok := s.Search()
	o.set("search", numOr(page, ok, `"max"`))
}

func opAlloc(s *pageHeap, o *op) {
	if !s.checkPages(o, 0, o.num("n")) {
		return
	}
	page, scav, ok := s.Alloc(o.num("n"))
	o.set("addr", numOr(page, ok, "null"))
	o.set("scav", num(scav))
	s.setSearch(o)
}

func opFree(s *pageHeap, o *op) {
	if !s.checkPages(o, o.num("page"), o.num("n")) {
		return
	}
	s.Free(o.num("page"), o.num("n"))
	s.setSearch(o)
}

// cache returns cache id, an empty one if it was not used before.
func (s *pageHeap) cache(id uint64) *heap.DirectCache {
	if s.caches[id] == nil {
		s.caches[id] = new(heap.DirectCache)
	}
	return s.caches[id]
}

func opRefill(s *pageHeap, o *op) {
	c := s.cache(o.num("id"))
	s.Refill(c)
	base, cache, scav, ok := s.Cache(c)
	o.set("base", numOr(base, ok, "null"))
	o.set("cache", hex(cache))
	o.set("scav", hex(scav))
	s.setSearch(o)
}

func opCacheAlloc(s *pageHeap, o *op) {
	if !s.checkPages(o, 0, o.num("n")) {
		return
	}
	c := s.cache(o.num("id"))
	page, bytes, ok := s.CacheAlloc(c, o.num("n"))
	_, cache, scav, _ := s.Cache(c)
	o.set("addr", numOr(page, ok, "null"))
	o.set("scav", num(bytes))
	o.set("cache", hex(cache))
	o.set("cscav", hex(scav))
}

func opNewCache(s *pageHeap, o *op) {
	base := o.num("base")
	if base%64 != 0 {
		o.reject("base: page %d is not the start of a block of 64", base)
		return
	}
	if s.checkPages(o, base, 64) {
		s.caches[o.num("id")] = s.NewCache(base, o.word("cache"), o.word("scav"))
	}
}

func opFlush(s *pageHeap, o *op) {
	s.Flush(s.cache(o.num("id")))
	s.setSearch(o)
}

func opScavenge(s *pageHeap, o *op) {
	o.set("released", num(s.Scavenge(o.num("bytes"), o.flag("unlock"))))
}

func opStartGen(s *pageHeap, o *op) {
	s.StartGen()
	gen, reservation, total := s.Scav()
	o.set("gen", num(gen))
	o.set("reservation", num(reservation))
	o.set("total", num(total))
}

func opGrow(s *pageHeap, o *op) {
	page, n := o.num("page"), o.num("n")
	if page%s.chunkPages != 0 {
		o.reject("page: %d is not the start of a chunk", page)
		return
	}
	if s.checkPages(o, page, n) {
		s.Grow(page, n)
		s.setSearch(o)
	}
}

func opReserve(s *pageHeap, o *op) {
	w := s.Reserve()
	s.work[o.num("id")] = w
	o.set("range", spanOrNull(s.Range(w)))
	o.set("gen", num(w.Gen()))
}

// reserved returns work id.
func (s *pageHeap) reserved(o *op) *heap.DirectWork {
	w := s.work[o.num("id")]
	if w == nil {
		o.reject("id: no work %d is reserved", o.num("id"))
	}
	return w
}

func opScavengeOne(s *pageHeap, o *op) {
	if w := s.reserved(o); w != nil {
		released := s.ScavengeOne(w, o.num("bytes"), o.flag("unlock"))
		o.set("range", spanOrNull(s.Range(w)))
		o.set("released", num(released))
	}
}

func opUnreserve(s *pageHeap, o *op) {
	if w := s.reserved(o); w != nil {
		s.Unreserve(w)
		_, _, total := s.Scav()
		o.set("total", num(total))
	}
}

func opCheck(s *pageHeap, o *op) {
	page, ok := s.Search()
	setState(o, s.State(), page, ok)
	var ids []uint64
	for id := range s.caches {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	parts := []string{}
	for _, id := range ids {
		base, cache, scav, _ := s.Cache(s.caches[id])
		if cache != 0 {
			parts = append(parts, fmt.Sprintf(`{"id":%d,"base":%d,"cache":%s,"scav":%s}`, id, base, hex(cache), hex(scav)))
		}
	}
	o.set("caches", seq(parts))
}
