package sched

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
)

// stateMagic begins the text of every state. A change of the format, or of the
// order in which a strategy searches, gets a new one.
const stateMagic = "lockheld search 1\n"

// Errors of states.
var errShort = errors.New("it ends too early")

// stateText writes or reads a state: the same function does both for each
// thing, so that they cannot differ. Numbers are written with as many bytes as
// they need.
type stateText struct {
	reading bool
	b       []byte // written so far, or left to read
	err     error  // the first
}

func (c *stateText) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *stateText) uint(p *uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, *p)
		return
	}
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		if c.err == nil {
			c.err = errShort
		}
		c.b = nil
		*p = 0
		return
	}
	*p, c.b = v, c.b[n:]
}

// integer is a number that is written with its sign.
func integer[T ~int | ~int16 | ~int32 | ~int64](c *stateText, p *T) {
	v := uint64(*p)<<1 ^ uint64(int64(*p)>>63)
	c.uint(&v)
	if c.reading {
		n := int64(v>>1) ^ -int64(v&1)
		if *p = T(n); int64(*p) != n {
			c.fail("number %d is out of range", n)
		}
	}
}

func (c *stateText) byte(p *uint8) {
	v := uint64(*p)
	c.uint(&v)
	if v > math.MaxUint8 {
		c.fail("number %d is out of range", v)
	}
	*p = uint8(v)
}

func (c *stateText) flag(p *bool) {
	var v uint8
	if *p {
		v = 1
	}
	c.byte(&v)
	*p = v == 1
}

// fixed is a number of which all bits are used.
func (c *stateText) fixed(p *uint64) {
	switch {
	case !c.reading:
		c.b = binary.LittleEndian.AppendUint64(c.b, *p)
	case len(c.b) < 8:
		c.fail("%w", errShort)
		c.b = nil
	default:
		*p, c.b = binary.LittleEndian.Uint64(c.b), c.b[8:]
	}
}

func (c *stateText) text(p *string) {
	n := c.length(len(*p), 1)
	if !c.reading {
		c.b = append(c.b, *p...)
		return
	}
	*p, c.b = string(c.b[:n]), c.b[n:]
}

// length is that of a list, whose elements take size bytes at least.
func (c *stateText) length(n, size int) int {
	v := uint64(n)
	c.uint(&v)
	if c.reading && v > uint64(len(c.b)/size) {
		c.fail("a list of %d elements in %d bytes", v, len(c.b))
		return 0
	}
	return int(v)
}

// list is a list of elements that take size bytes at least.
func list[T any](c *stateText, p *[]T, size int, element func(*T)) {
	n := c.length(len(*p), size)
	if c.reading && c.err == nil {
		*p = make([]T, n)
	}
	for i := 0; i < len(*p) && c.err == nil; i++ {
		element(&(*p)[i])
	}
}

// AppendText appends the state to b in a form that [ParseState] reads. It ends
// in a checksum.
func (st *State) AppendText(b []byte) []byte {
	from := len(b)
	c := &stateText{b: append(b, stateMagic...)}
	st.code(c)
	return binary.LittleEndian.AppendUint32(c.b, crc32.ChecksumIEEE(c.b[from:]))
}

// ParseState reads a state that [State.AppendText] wrote. The error says in one
// line what is wrong with it.
func ParseState(b []byte) (*State, error) {
	if !strings.HasPrefix(string(b[:min(len(b), len(stateMagic))]), stateMagic) {
		return nil, fmt.Errorf("it does not begin with %q", strings.TrimSuffix(stateMagic, "\n"))
	}
	end := len(b) - 4
	if end < len(stateMagic) {
		return nil, errShort
	}
	if sum := binary.LittleEndian.Uint32(b[end:]); sum != crc32.ChecksumIEEE(b[:end]) {
		return nil, fmt.Errorf("its checksum is %08x, that of its text %08x", sum, crc32.ChecksumIEEE(b[:end]))
	}
	st := &State{}
	c := &stateText{reading: true, b: b[len(stateMagic):end]}
	st.code(c)
	if len(c.b) > 0 {
		c.fail("%d bytes behind its end", len(c.b))
	}
	if c.err == nil && !validSlots(st.tasks) {
		c.fail("its tasks are out of order")
	}
	return st, c.err
}

func (st *State) code(c *stateText) {
	c.text(&st.program)
	c.fixed(&st.model)
	c.text(&st.strategy)
	integer(c, &st.depth)
	integer(c, &st.preemptions)
	c.uint(&st.seed)
	integer(c, &st.executions)
	c.flag(&st.all)
	c.flag(&st.drain)
	integer(c, &st.classes)
	list(c, &st.tasks, 2, func(s *taskSlot) {
		integer(c, &s.parent)
		integer(c, &s.child)
	})
	c.uint(&st.next)
	c.flag(&st.finished)
	c.flag(&st.raced)
	list(c, &st.parts, 1, func(p *savedPart) { p.code(c) })
}

func (p *savedPart) code(c *stateText) {
	c.flag(&p.done)
	c.flag(&p.last)
	p.seen.code(c)
	kind := uint8(0)
	switch p.work.(type) {
	case *numbers:
		kind = 1
	case *stack:
		kind = 2
	case *wakeupStack:
		kind = 3
	case *boundedWork:
		kind = 4
	case *boundedTotals:
		kind = 5
	}
	c.byte(&kind)
	if c.reading {
		switch kind {
		case 0:
		case 1:
			p.work = &numbers{}
		case 2:
			p.work = &stack{}
		case 3:
			p.work = &wakeupStack{}
		case 4:
			p.work = &boundedWork{}
		case 5:
			p.work = &boundedTotals{}
		default:
			c.fail("work of kind %d", kind)
		}
	}
	if w, ok := p.work.(interface{ code(*stateText) }); ok {
		w.code(c)
	}
}

func (n *numbers) code(c *stateText) {
	c.uint(&n.from)
	c.uint(&n.to)
	if n.from > n.to {
		c.fail("executions from %d to %d", n.from, n.to)
	}
}

func (s *stack) code(c *stateText) {
	scheduleCode(c, &s.prefix)
	list(c, &s.frames, 5, func(f *openFrame) {
		integer(c, &f.at)
		c.uint(&f.todo)
		integer(c, &f.values)
		integer(c, &f.last)
		integer(c, &f.preemptions)
		if f.at < 0 || f.at >= len(s.prefix) {
			c.fail("a choice at %d of %d", f.at, len(s.prefix))
			f.at = 0
		}
	})
}

func scheduleCode(c *stateText, s *Schedule) {
	list(c, (*[]Choice)(s), 2, func(ch *Choice) {
		integer(c, &ch.Task)
		integer(c, &ch.Value)
		checkTask(c, ch.Task)
	})
}

func (t *tally) code(c *stateText) {
	for _, p := range []*int64{&t.executions, &t.steps, &t.blocked, &t.cut, &t.passedOver} {
		integer(c, p)
	}
	integer(c, &t.maxSteps)
	c.fixed(&t.hash)
	c.flag(&t.leftOut)
	c.flag(&t.endless)
	list(c, &t.findings, 8, func(f *Finding) { f.code(c) })
	list(c, &t.goals, 1, c.text)
	t.sums.code(c)
	counts := t.classes != nil
	c.flag(&counts)
	if !counts {
		return
	}
	if c.reading {
		t.classes = newClassSet(0)
	}
	t.classes.code(c)
}

func (f *Finding) code(c *stateText) {
	f.Violation.code(c)
	scheduleCode(c, &f.Found)
	f.Schedule = f.Found
	integer(c, &f.At)
	c.flag(&f.first)
}

func (v *Violation) code(c *stateText) {
	c.byte((*uint8)(&v.Kind))
	c.text(&v.Site)
	c.text(&v.Message)
	c.text(&v.Task)
	integer(c, &v.Step)
	c.text(&v.Stack)
}

func (s *sums) code(c *stateText) {
	c.uint(&s.begun)
	integer(c, &s.most)
	integer(c, &s.longest)
	c.flag(&s.chose)
	c.flag(&s.yields)
	for i := range s.complete {
		integer(c, &s.complete[i])
		integer(c, &s.tasks[i])
		integer(c, &s.length[i])
	}
}

func (s *classSet) code(c *stateText) {
	integer(c, &s.most)
	integer(c, &s.seen)
	integer(c, &s.once)
	integer(c, &s.of)
	c.flag(&s.full)
	var used []fingerprint
	for _, f := range s.table {
		if f != (fingerprint{}) {
			used = append(used, f)
		}
	}
	list(c, &used, 16, func(f *fingerprint) {
		c.fixed(&f.a)
		c.fixed(&f.b)
	})
	if c.reading {
		for 2*len(used) > len(s.table) {
			s.table = make([]fingerprint, 2*len(s.table))
		}
		for _, f := range used {
			*s.find(fingerprint{f.a, f.b &^ repeated}) = f
		}
	}
}
