package heap

import (
	"fmt"
	"math/bits"
)

// StacksWrong says what is wrong with the memory of small stacks, "" if nothing is:
// each stack of a span of stacks is free there, cached by one P, or in use; the span
// counts those that are not free; a span is in the pool if and only if it has a free
// stack; and no P caches more stacks of an order than a span has.
func (hp *Heap) StacksWrong() string {
	h := hp.h
	for id := range h.locals {
		c := h.locals[id].mcache
		for order := 0; c != nil && order < numStackOrders; order++ {
			if n := c.stackcache[order].n; uint64(n)*h.stackSize(order) > h.g.PageSize {
				return fmt.Sprintf("P %d caches %d stacks of order %d", id, n, order)
			}
		}
	}
	for i := range hp.Carved() {
		s := &h.spans[i]
		if s.state.Peek() != mSpanManual || s.ghost.typ != SpanAllocStack || s.elemsize >= h.g.PageSize {
			continue
		}
		if what := h.stackSpanWrong(s); what != "" {
			return fmt.Sprintf("the stacks of span object %d: %s", i, what)
		}
	}
	return ""
}

// stackSpanWrong is StacksWrong for one span.
func (h *mheap) stackSpanWrong(s *mspan) string {
	order := bits.TrailingZeros64(s.elemsize / h.stackSize(0))
	cached := uint64(0)
	for id := range h.locals {
		c := h.locals[id].mcache
		for i := 0; c != nil && i < c.stackcache[order].n; i++ {
			if x := c.stackcache[order].list[i]; x.s == s {
				if bit := uint64(1) << x.slot; (cached|s.manualFree)&bit != 0 {
					return fmt.Sprintf("stack %d is cached by P %d and elsewhere", x.slot, id)
				}
				cached |= 1 << x.slot
			}
		}
	}
	inUse := bits.OnesCount64(stackSlots(order) &^ s.manualFree)
	switch {
	case s.allocCount != uint(inUse):
		return fmt.Sprintf("%d are not free, it counts %d", inUse, s.allocCount)
	case (s.manualFree != 0) != (s.list == &h.stacks.pool[order].live):
		return fmt.Sprintf("%d are free, and whether it is in the pool does not fit", bits.OnesCount64(s.manualFree))
	}
	return ""
}
