package conform

import (
	"fmt"

	"lockheld/heap"
)

func rangesKind() *kind {
	type set = *heap.DirectRanges
	total := field{"total", whole}
	setTotal := func(s set, o *op) { o.set("total", num(s.Total())) }
	at := object{{"at", whole}}
	return &kind{
		name:  "ranges",
		start: func(*testCase) (any, error) { return heap.NewDirectRanges(), nil },
		ops: []opSpec{
			{"add", object{{"base", whole}, {"limit", whole}}, []field{total}, do(func(s set, o *op) {
				if o.num("base") >= o.num("limit") {
					o.reject("limit: %d is not above base %d", o.num("limit"), o.num("base"))
					return
				}
				s.Add(o.num("base"), o.num("limit"))
				setTotal(s, o)
			})},
			{"findsucc", at, []field{{"i", whole}}, do(func(s set, o *op) {
				o.set("i", num(s.FindSucc(o.num("at"))))
			})},
			{"contains", at, []field{{"yes", boolean{}}}, do(func(s set, o *op) {
				o.set("yes", fmt.Sprint(s.Contains(o.num("at"))))
			})},
			{"findge", at, []field{{"at", wholeOrNull}}, do(func(s set, o *op) {
				addr, ok := s.FindGreaterEqual(o.num("at"))
				o.set("at", numOr(addr, ok, "null"))
			})},
			{"removelast", object{{"bytes", whole}}, []field{{"range", orNull{pair}}, total}, do(func(s set, o *op) {
				o.set("range", spanOrNull(s.RemoveLast(o.num("bytes"))))
				setTotal(s, o)
			})},
			{"removege", at, []field{total}, do(func(s set, o *op) {
				s.RemoveGreaterEqual(o.num("at"))
				setTotal(s, o)
			})},
			{"ranges", object{}, []field{{"ranges", pairs}, total}, do(func(s set, o *op) {
				o.set("ranges", spans(s.Ranges()))
				setTotal(s, o)
			})},
		},
	}
}
