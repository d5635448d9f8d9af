package sched

import (
	"fmt"
	"reflect"
)

// hidden is the part of the state of a world that is in no object, and what a
// strategy that compares states needs to know of it.
type hidden struct {
	complete  bool // the program says that it declares all of it
	parts     []func(*Hash)
	cells     []*Cell
	made      int // registered variables at the end of Setup
	madeCells int

	watched bool // somebody asks for states
	said    declared
	regions []region
	epoch   uint64 // for which regions holds, if Setup runs before each execution
	ids     identities
	marks   raceMarks
	told    Hash
}

// Hidden declares that the program tells all that its tasks share besides
// objects: variables registered with [Save] and [SaveSlice], [Guarded] values,
// and what the functions f of all calls of Hidden add to the state. f may be
// nil. It is for Setup.
//
// A registered variable may have pointers then, also in maps, functions and
// interface values. Where they lead counts, by identity, and not what is there:
// they must lead to registered memory or to what never changes, and not to
// anything that was made after Setup. They need a reusable program.
//
// The strategy cache takes two states for one only if all of this is equal. In
// a program without this declaration it does so if the program is reusable, has
// no function registered with [World.OnStart], and its registered variables
// have no pointers. Otherwise it cannot see what tasks share, and merges only
// what differs in the order of steps that commute.
func (w *World) Hidden(f func(h *Hash)) {
	w.hidden.complete = true
	if f != nil {
		w.hidden.parts = append(w.hidden.parts, f)
	}
}

// beginSetup forgets what the Setup before declared.
func (h *hidden) beginSetup() {
	h.complete = false
	h.parts = h.parts[:0]
	h.cells = h.cells[:0]
}

// endSetup notes what the present Setup has made: what tasks make is not part of
// the next execution.
func (h *hidden) endSetup(w *World) { h.made, h.madeCells = len(w.saved), len(h.cells) }

func (h *hidden) restore(w *World) {
	w.saved = w.saved[:h.made]
	h.cells = h.cells[:h.madeCells]
}

// opaque says why the states of the world cannot be compared, "" if they can.
func (w *World) opaque() string {
	h := &w.hidden
	switch {
	case !h.complete && !w.prog.Reusable:
		return "its world is set up anew for each execution"
	case !h.complete && len(w.onStart) > 0:
		return "functions registered with OnStart restore part of it"
	case h.complete && w.prog.Reusable:
		return ""
	}
	for _, s := range w.saved[:h.made] {
		if _, pointer := layoutOf(s.elem()); pointer != "" {
			return fmt.Sprintf("a registered variable of type %v has a %s", s.elem(), pointer)
		}
	}
	return ""
}

// look prepares for [hidden.state] and makes tasks say what they read.
func (w *World) look() {
	h := &w.hidden
	h.watched = true
	if h.regions != nil && (w.prog.Reusable || h.epoch == w.x.epoch) {
		return
	}
	h.epoch = w.x.epoch
	h.regions = make([]region, 0, h.made)
	for _, s := range w.saved[:h.made] {
		h.regions = append(h.regions, newRegion(s))
	}
}

// hiddenState returns the hash of what tasks share besides objects: of what a task
// can read without saying so, and of everything. It is false if some of it was
// made by a task of this execution, and so is not known.
func (w *World) hiddenState() (unsaid, all Hash, ok bool) {
	h := &w.hidden
	if h.epoch != w.x.epoch && !w.prog.Reusable {
		w.look()
	}
	if len(w.saved) > h.made {
		return Hash{}, Hash{}, false
	}
	for i := range h.regions {
		r := &h.regions[i]
		if r.guarded {
			r.hash(&all, &h.ids)
		} else {
			r.hash(&unsaid, &h.ids)
		}
	}
	if len(h.parts) > 0 {
		h.told = unsaid // not a local variable: f would make it escape
		for _, f := range h.parts {
			f(&h.told)
		}
		unsaid = h.told
	}
	return unsaid, all.with(unsaid), true
}

// note says that t knows the value from now on.
func (g *Guarded[T]) note(t *Task) {
	if d := t.declaration(taskStarting); d != nil {
		if g.memory == nil {
			g.memory = new(region)
			*g.memory = newRegion(&savedVar[T]{live: &g.v})
		}
		g.memory.hash(&d.hash, &g.w.hidden.ids)
	}
}

// identities numbers what pointers lead to in the order in which it was met, so
// that hashes are the same in every process.
type identities map[uint64]uint64

func (ids *identities) of(p uint64) uint64 {
	if p == 0 {
		return 0
	}
	if *ids == nil {
		*ids = identities{}
	}
	n, ok := (*ids)[p]
	if !ok {
		n = uint64(len(*ids)) + 1
		(*ids)[p] = n
	}
	return n
}

// layoutOf lists the parts of values of type t, without the gaps between them.
// pointer names the kind of a part that leads elsewhere, "" if there is none.
func layoutOf(t reflect.Type) (parts []part, pointer string) {
	type at struct {
		t      reflect.Type
		offset uintptr
	}
	todo := []at{{t, 0}}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		kind := plainPart
		switch k := v.t.Kind(); k {
		case reflect.Struct:
			for i := v.t.NumField() - 1; i >= 0; i-- {
				f := v.t.Field(i)
				todo = append(todo, at{f.Type, v.offset + f.Offset})
			}
			continue
		case reflect.Array:
			for i := v.t.Len() - 1; i >= 0; i-- {
				todo = append(todo, at{v.t.Elem(), v.offset + uintptr(i)*v.t.Elem().Size()})
			}
			continue
		case reflect.String:
			kind = textPart
		case reflect.Slice: // where it begins, its length and capacity
			pointer = k.String()
			parts = addPart(parts, part{v.offset, wordSize, pointerPart})
			parts = addPart(parts, part{v.offset + wordSize, 2 * wordSize, plainPart})
			continue
		case reflect.Interface: // its type, and where its value is
			pointer = k.String()
			parts = addPart(parts, part{v.offset, wordSize, pointerPart})
			parts = addPart(parts, part{v.offset + wordSize, wordSize, pointerPart})
			continue
		case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
			pointer = k.String()
			kind = pointerPart
		}
		if size := v.t.Size(); size > 0 {
			parts = addPart(parts, part{v.offset, size, kind})
		}
	}
	return parts, pointer
}

// addPart appends p, which lies behind all parts, and joins it with the last
// one if both are plain and there is no gap.
func addPart(parts []part, p part) []part {
	if n := len(parts); n > 0 && p.kind == plainPart {
		if last := &parts[n-1]; last.kind == plainPart && last.offset+last.size == p.offset {
			last.size += p.size
			return parts
		}
	}
	return append(parts, p)
}
