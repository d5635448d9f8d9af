package conform

import (
	"fmt"

	"lockheld/heap"
)

// arenas is the state of a case of kind arenas.
type arenas struct {
	*heap.DirectArenas
	pages uint64
}

// wholeHeap is the state of a case of kind mheap.
type wholeHeap struct {
	*heap.DirectHeap
	pages uint64 // of all arenas
	spans map[uint64]*heap.Span
}

// maxArenas bounds the memory that a case can ask for.
const maxArenas = 4096

// countArenas returns the number of arenas of a setup.
func countArenas(c *testCase) (int, error) {
	n, pages := toNum(c.setup["arenas"]), toNum(c.setup["arena_pages"])
	if pages != c.geo.ArenaPages() {
		return 0, fmt.Errorf("setup: arena_pages: %d, the model has %d", pages, c.geo.ArenaPages())
	}
	if n == 0 || n > maxArenas {
		return 0, fmt.Errorf("setup: arenas: %d, from 1 to %d are possible", n, maxArenas)
	}
	return int(n), nil
}

// checkPages refuses a run of pages that is empty or leaves the arenas.
func checkPages(o *op, page, n, total uint64) bool {
	if n == 0 || page >= total || n > total-page {
		o.reject("%d pages from page %d of %d", n, page, total)
		return false
	}
	return true
}

func startArenas(c *testCase) (any, error) {
	n, err := countArenas(c)
	if err != nil {
		return nil, err
	}
	return &arenas{heap.NewDirectArenas(c.geo, n), uint64(n) * c.geo.ArenaPages()}, nil
}

func startHeap(c *testCase) (any, error) {
	n, err := countArenas(c)
	if err != nil {
		return nil, err
	}
	return &wholeHeap{
		DirectHeap: heap.NewDirectHeap(c.geo, n, toNum(c.setup["scavenge_goal"])),
		pages:      uint64(n) * c.geo.ArenaPages(),
		spans:      map[uint64]*heap.Span{},
	}, nil
}

func arenasKind() *kind {
	pages := object{{"page", whole}, {"n", whole}}
	return &kind{
		name:  "arenas",
		setup: object{{"arenas", whole}, {"arena_pages", whole}},
		start: startArenas,
		ops: []opSpec{
			{"needzero", pages, []field{{"need", boolean{}}}, do(func(s *arenas, o *op) {
				if page, n := o.num("page"), o.num("n"); checkPages(o, page, n, s.pages) {
					o.set("need", fmt.Sprint(s.NeedZero(page, n)))
				}
			})},
			{"zeroed", object{}, []field{{"zeroed", list{whole, 0}}}, do(func(s *arenas, o *op) {
				o.set("zeroed", nums(s.Zeroed()...))
			})},
			{"setspans", append(pages[:2:2], field{"id", whole}), nil, do(func(s *arenas, o *op) {
				if page, n := o.num("page"), o.num("n"); checkPages(o, page, n, s.pages) {
					s.SetSpans(page, n, o.num("id"))
				}
			})},
			{"lookup", pages[:1], []field{{"id", wholeOrNull}}, do(func(s *arenas, o *op) {
				if page := o.num("page"); checkPages(o, page, 1, s.pages) {
					id, ok := s.Lookup(page)
					o.set("id", numOr(id, ok, "null"))
				}
			})},
		},
	}
}

// figureFields are wanted of every operation of kind mheap.
var figureFields = []field{
	{"sys", whole}, {"heap_released", whole}, {"cur", whole},
	{"cache", hexWord{}}, {"cscav", hexWord{}}, {"search", wholeOrMax},
}

// setFigures answers them.
func setFigures(s *wholeHeap, o *op) {
	sys, released := s.Sys()
	_, cache, scav := s.Cache()
	search, more := s.Search()
	o.set("sys", num(sys))
	o.set("heap_released", num(released))
	o.set("cur", num(s.Cur()))
	o.set("cache", hex(cache))
	o.set("cscav", hex(scav))
	o.set("search", numOr(search, more, `"max"`))
}

func mheapKind() *kind {
	id := object{{"id", whole}}
	// withFigures is an operation after which the figures are compared, too.
	withFigures := func(name string, in object, want []field, f func(s *wholeHeap, o *op)) opSpec {
		return opSpec{name, in, append(want, figureFields...), do(func(s *wholeHeap, o *op) {
			f(s, o)
			setFigures(s, o)
		})}
	}
	pcache := object{{"base", whole}, {"cache", hexWord{}}, {"scav", hexWord{}}}
	return &kind{
		name:  "mheap",
		setup: object{{"arenas", whole}, {"arena_pages", whole}, {"scavenge_goal", wholeOrMax}},
		start: startHeap,
		ops: []opSpec{
			withFigures("spanalloc", object{{"id", whole}, {"n", whole}},
				[]field{{"page", wholeOrNull}, {"npages", whole}, {"needzero", boolean{}}}, opSpanAlloc),
			withFigures("spanfree", id, nil, opSpanFree),
			withFigures("flushcache", object{}, nil, func(s *wholeHeap, o *op) { s.FlushCache() }),
			withFigures("heapscavenge", object{{"bytes", wholeOrMax}}, []field{{"released", whole}}, func(s *wholeHeap, o *op) {
				o.set("released", num(s.Scavenge(o.num("bytes"))))
			}),
			withFigures("heapstartgen", object{}, nil, func(s *wholeHeap, o *op) { s.StartGen() }),
			{"heapcheck", object{}, append(stateFields(), field{"pcache", orNull{pcache}}, field{"sys", whole},
				field{"heap_released", whole}, field{"cur", whole}, field{"zeroed", list{whole, 0}}), do(opHeapCheck)},
		},
	}
}

func opSpanAlloc(s *wholeHeap, o *op) {
	id, n := o.num("id"), o.num("n")
	if _, ok := s.spans[id]; ok {
		o.reject("id: span %d is allocated", id)
		return
	}
	if !checkPages(o, 0, n, s.pages) {
		return
	}
	span := s.SpanAlloc(n)
	if span == nil {
		o.set("page", "null")
		return
	}
	page, npages, needzero := s.Span(span)
	o.set("page", num(page))
	o.set("npages", num(npages))
	o.set("needzero", fmt.Sprint(needzero))
	s.spans[id] = span
}

func opSpanFree(s *wholeHeap, o *op) {
	id := o.num("id")
	span, ok := s.spans[id]
	if !ok {
		o.reject("id: no span %d is allocated", id)
		return
	}
	s.SpanFree(span)
	delete(s.spans, id)
}

func opHeapCheck(s *wholeHeap, o *op) {
	search, more := s.Search()
	setState(o, s.State(), search, more)
	setFigures(s, o)
	o.set("zeroed", nums(s.Zeroed()...))
	o.set("pcache", "null")
	if base, cache, scav := s.Cache(); cache != 0 {
		o.set("pcache", fmt.Sprintf(`{"base":%d,"cache":%s,"scav":%s}`, base, hex(cache), hex(scav)))
	}
}
