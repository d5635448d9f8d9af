package conform

import (
	"fmt"

	"lockheld/heap"
)

// chunkBits is the state of a case of kind bitmap.
type chunkBits struct {
	*heap.DirectBits
	pages uint64
}

func bitmapKind() *kind {
	run := object{{"i", whole}, {"n", whole}}
	return &kind{
		name:  "bitmap",
		setup: object{{"alloc", pairs}, {"scav", pairs}},
		start: startBits,
		ops: []opSpec{
			{"find", object{{"n", whole}, {"from", whole}}, []field{{"i", wholeOrNull}, {"from", whole}}, do(opFind)},
			{"setalloc", run, nil, do(func(s *chunkBits, o *op) { s.onRun(o, s.SetAlloc) })},
			{"clearalloc", run, nil, do(func(s *chunkBits, o *op) { s.onRun(o, s.ClearAlloc) })},
			{"setscav", run, nil, do(func(s *chunkBits, o *op) { s.onRun(o, s.SetScav) })},
			{"popcnt", run, []field{{"alloc", whole}, {"scav", whole}}, do(opCount)},
			{"summarize", object{}, []field{{"sum", triple}}, do(func(s *chunkBits, o *op) {
				start, longest, end := s.Summarize()
				o.set("sum", nums(start, longest, end))
			})},
			{"candidate", object{{"from", whole}, {"min", whole}, {"max", whole}},
				[]field{{"i", whole}, {"n", whole}}, do(opCandidate)},
			{"hascandidate", object{{"min", whole}}, []field{{"yes", boolean{}}}, do(func(s *chunkBits, o *op) {
				if groupSize(o, "min") {
					o.set("yes", fmt.Sprint(s.HasCandidate(o.num("min"))))
				}
			})},
			{"bits", object{}, []field{{"alloc", pairs}, {"scav", pairs}}, do(func(s *chunkBits, o *op) {
				alloc, scav := s.Runs()
				o.set("alloc", spans(alloc))
				o.set("scav", spans(scav))
			})},
		},
	}
}

func startBits(c *testCase) (any, error) {
	s := &chunkBits{heap.NewDirectBits(c.geo), uint64(c.geo.ChunkPages)}
	for _, part := range []struct {
		name string
		set  func(i, n uint64)
	}{{"alloc", s.MarkAlloc}, {"scav", s.SetScav}} {
		runs := toPairs(c.setup[part.name])
		if err := checkRuns(part.name, runs, s.pages); err != nil {
			return nil, fmt.Errorf("setup: %w", err)
		}
		for _, r := range runs {
			part.set(r[0], r[1])
		}
	}
	return s, nil
}

// onRun calls f with the run of pages of the inputs.
func (s *chunkBits) onRun(o *op, f func(i, n uint64)) {
	i, n := o.num("i"), o.num("n")
	if err := checkRuns("run", []heap.Span2{{i, n}}, s.pages); err != nil {
		o.reject("%w", err)
		return
	}
	f(i, n)
}

// groupSize checks that an input is a group of bits of a word.
func groupSize(o *op, name string) bool {
	if n := o.num(name); n == 0 || n > 64 || n&(n-1) != 0 {
		o.reject("%s: %d is not a power of two up to 64", name, n)
		return false
	}
	return true
}

// inChunk checks that an input is a page of the chunk.
func (s *chunkBits) inChunk(o *op, name string) bool {
	if i := o.num(name); i >= s.pages {
		o.reject("%s: page %d of a chunk of %d", name, i, s.pages)
		return false
	}
	return true
}

func opFind(s *chunkBits, o *op) {
	n := o.num("n")
	if n == 0 || n > s.pages {
		o.reject("n: %d pages in a chunk of %d", n, s.pages)
		return
	}
	if s.inChunk(o, "from") {
		i, first, ok := s.Find(n, o.num("from"))
		o.set("i", numOr(i, ok, "null"))
		o.set("from", num(first))
	}
}

func opCount(s *chunkBits, o *op) {
	s.onRun(o, func(i, n uint64) {
		alloc, scav := s.Count(i, n)
		o.set("alloc", num(alloc))
		o.set("scav", num(scav))
	})
}

func opCandidate(s *chunkBits, o *op) {
	if groupSize(o, "min") && s.inChunk(o, "from") {
		i, n := s.Candidate(o.num("from"), o.num("min"), o.num("max"))
		o.set("i", num(i))
		o.set("n", num(n))
	}
}

func wordKind() *kind {
	return &kind{
		name:  "word",
		start: func(*testCase) (any, error) { return struct{}{}, nil },
		ops: []opSpec{
			{"fillaligned", object{{"x", hexWord{}}, {"m", whole}}, []field{{"y", hexWord{}}}, do(func(_ struct{}, o *op) {
				if groupSize(o, "m") {
					o.set("y", hex(heap.FillAligned(o.word("x"), o.num("m"))))
				}
			})},
			{"findrange", object{{"x", hexWord{}}, {"n", whole}}, []field{{"i", wholeOrNull}}, do(opFindRange)},
			{"merge", object{{"log", whole}, {"sums", list{triple, 8}}}, []field{{"sum", triple}}, do(opMerge)},
		},
	}
}

func opFindRange(_ struct{}, o *op) {
	if n := o.num("n"); n == 0 || n > 64 {
		o.reject("n: a run of %d bits in a word of 64", n)
		return
	}
	i, ok := heap.FindBitRange64(o.word("x"), o.num("n"))
	o.set("i", numOr(i, ok, "null"))
}

func opMerge(_ struct{}, o *op) {
	log := o.num("log")
	if log > 18 {
		o.reject("log: eight pieces of 2^%d pages are more than 2^21", log)
		return
	}
	var in [][3]uint64
	for i, v := range o.in["sums"].([]any) {
		e := v.([]any)
		s := [3]uint64{toNum(e[0]), toNum(e[1]), toNum(e[2])}
		if max(s[0], s[1], s[2]) > 1<<log {
			o.reject("sums[%d]: more than 2^%d pages", i, log)
			return
		}
		in = append(in, s)
	}
	out := heap.MergeSummaries(in, log)
	o.set("sum", nums(out[:]...))
}
