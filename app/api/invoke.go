package api

import (
	"encoding/json"
	"errors"
	"reflect"

	"errata/backend"
)

var errorType = reflect.TypeFor[error]()

// Invoke calls a method of an API by name with JSON arguments, as the window's
// bridge does; result is nil for a method without one.
func Invoke(a *API, method string, args []json.RawMessage) (result any, err error) {
	m := reflect.ValueOf(a).MethodByName(method)
	if !m.IsValid() {
		return nil, backend.Errorf(backend.CodeNotFound, "call", "There is no method %q.", method)
	}
	t := m.Type()
	if t.NumIn() != len(args) {
		return nil, backend.Errorf(backend.CodeInvalid, "call", "%s takes %d arguments, not %d.", method, t.NumIn(), len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, raw := range args {
		v := reflect.New(t.In(i))
		if settings, ok := v.Interface().(*backend.Settings); ok {
			if err := backend.ReadSettings(raw, settings); err != nil {
				return nil, err
			}
		} else if err := json.Unmarshal(raw, v.Interface()); err != nil {
			return nil, backend.Wrap(err, backend.CodeInvalid, "call", method+": an argument has the wrong type.")
		}
		in[i] = v.Elem()
	}
	for _, o := range m.Call(in) {
		if o.Type() == errorType {
			if e, ok := o.Interface().(error); ok && e != nil {
				err = errors.Join(err, e)
			}
			continue
		}
		result = o.Interface()
	}
	return result, err
}
