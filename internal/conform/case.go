package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"lockheld/heap"
)

// format is the version of the format that is understood.
const format = "goheap-oracle/1"

// A testCase is one line of a vector file.
type testCase struct {
	id    string
	kind  *kind
	geo   *heap.Geometry
	setup map[string]any
	ops   []*op
}

// caseShape is the frame of a case; its parts depend on the kind.
var caseShape = object{
	{"format", text{}}, {"id", text{}}, {"kind", text{}}, {"family", text{}}, {"origin", text{}},
	{"env", object{{"page", whole}, {"chunk_pages", whole}, {"phys_page", whole}, {"huge_page", whole}}},
	{"setup", anything{}}, {"ops", list{anything{}, 0}},
}

// anything is looked at later.
type anything struct{}

func (anything) canon(any) (string, error) { return "", nil }

// parseCase reads one line.
func parseCase(line []byte, all []*kind) (*testCase, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value on the line")
	}
	if o, ok := v.(map[string]any); ok && o["format"] != format {
		return nil, fmt.Errorf("unknown format %s, want %q", printable(o["format"]), format)
	}
	if _, err := caseShape.canon(v); err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	raw := v.(map[string]any)
	c := &testCase{id: raw["id"].(string)}
	i := slices.IndexFunc(all, func(k *kind) bool { return k.name == raw["kind"] })
	if i < 0 {
		return nil, fmt.Errorf("case %s: unknown kind %q", c.id, raw["kind"])
	}
	c.kind = all[i]
	var err error
	if c.geo, err = parseEnv(raw["env"].(map[string]any)); err != nil {
		return nil, fmt.Errorf("case %s: env: %w", c.id, err)
	}
	if _, err := c.kind.setup.canon(raw["setup"]); err != nil {
		return nil, fmt.Errorf("case %s: setup: %w", c.id, err)
	}
	c.setup = raw["setup"].(map[string]any)
	for n, rawOp := range raw["ops"].([]any) {
		o, err := parseOp(c.kind, rawOp)
		if err != nil {
			return nil, fmt.Errorf("case %s op %d: %w", c.id, n, err)
		}
		c.ops = append(c.ops, o)
	}
	return c, nil
}

// parseEnv returns the real geometry with the page sizes of env.
func parseEnv(env map[string]any) (*heap.Geometry, error) {
	g := heap.RealGeometry()
	if toNum(env["page"]) != g.PageSize || toNum(env["chunk_pages"]) != uint64(g.ChunkPages) {
		return nil, fmt.Errorf("pages of %s bytes and chunks of %s, the model has %d and %d",
			env["page"], env["chunk_pages"], g.PageSize, g.ChunkPages)
	}
	g.PhysPageSize = toNum(env["phys_page"])
	g.HugePageSize = toNum(env["huge_page"])
	if g.HugePageSize > g.ChunkBytes() {
		g.HugePageSize = 0 // as the runtime does
	}
	return g, g.Validate()
}

// parseOp reads one operation.
func parseOp(k *kind, v any) (*op, error) {
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is not an object", printable(v))
	}
	name, ok := raw["op"].(string)
	if !ok {
		return nil, fmt.Errorf("op: %s is not a string", printable(raw["op"]))
	}
	spec := k.find(name)
	if spec == nil {
		return nil, fmt.Errorf("unknown op %q of kind %s", name, k.name)
	}
	o := &op{spec: spec, in: raw, got: map[string]string{}}
	want := raw["want"]
	_, has := raw["want"]
	delete(raw, "op")
	delete(raw, "want")
	if _, err := spec.in.canon(raw); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if has {
		var err error
		if o.want, err = parseWant(spec.want, "", want); err != nil {
			return nil, fmt.Errorf("%s: want: %w", name, err)
		}
	}
	return o, nil
}

// parseWant brings the recorded fields into the order of fields. All of them
// are optional. prefix goes before their names.
func parseWant(fields []field, prefix string, v any) ([]wanted, error) {
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is not an object", printable(v))
	}
	if err := object(fields).known(raw); err != nil {
		return nil, err
	}
	var ws []wanted
	for _, f := range fields {
		e, ok := raw[f.name]
		if !ok {
			continue
		}
		if sub, ok := f.shape.(part); ok {
			inner, err := parseWant(sub, f.name+".", e)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
			ws = append(ws, inner...)
			continue
		}
		c, err := f.shape.canon(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		ws = append(ws, wanted{prefix + f.name, c})
	}
	return ws, nil
}

// part is an object under want whose fields are compared one by one.
type part []field

func (part) canon(any) (string, error) { panic("conform: a part has no canonical form") }

// toNum returns a number that a shape has checked.
func toNum(v any) uint64 {
	n, ok := v.(json.Number)
	if !ok {
		if v == "max" {
			return math.MaxUint64
		}
		panic(fmt.Sprintf("conform: %v is not a number", v))
	}
	x, err := strconv.ParseUint(string(n), 10, 64)
	if err != nil {
		panic(err)
	}
	return x
}

// toWord returns a 64-bit word that a shape has checked.
func toWord(v any) uint64 {
	x, err := strconv.ParseUint(v.(string), 16, 64)
	if err != nil {
		panic(err)
	}
	return x
}

// toPairs returns a list of pairs that a shape has checked.
func toPairs(v any) []heap.Span2 {
	var rs []heap.Span2
	for _, e := range v.([]any) {
		p := e.([]any)
		rs = append(rs, heap.Span2{toNum(p[0]), toNum(p[1])})
	}
	return rs
}

// checkRuns refuses runs of pages that are empty or leave the chunk.
func checkRuns(what string, rs []heap.Span2, pages uint64) error {
	for _, r := range rs {
		if r[1] == 0 || r[0] >= pages || r[1] > pages-r[0] {
			return fmt.Errorf("%s: %d pages from page %d of a chunk of %d", what, r[1], r[0], pages)
		}
	}
	return nil
}

// oneLine makes a text safe for a line of output.
func oneLine(s string) string {
	return strings.ReplaceAll(strings.TrimSpace(s), "\n", " | ")
}
