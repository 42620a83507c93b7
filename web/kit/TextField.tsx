import { useState, type HTMLInputTypeAttribute, type Ref } from 'react'
import { Eye, EyeOff } from 'lucide-react'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextField as AriaTextField, type TextFieldProps } from 'react-aria-components/TextField'
import { IconButton } from './IconButton'
import { t } from './t'
import s from './Field.module.css'

type Props = Omit<TextFieldProps, 'className' | 'style' | 'children' | 'type'> & {
  label: string
  hint?: string
  error?: string
  type?: HTMLInputTypeAttribute
  placeholder?: string
  inputRef?: Ref<HTMLInputElement>
}

/** A labelled line of text; passphrases can be shown. */
export function TextField({ label, hint, error, type = 'text', placeholder, inputRef, ...rest }: Props) {
  const [is_shown, setShown] = useState(false)
  const is_secret = type === 'password'
  return (
    <AriaTextField {...rest} type={is_secret && is_shown ? 'text' : type} isInvalid={!!error} validationBehavior="aria" className={s.field!}>
      <Label className={s.label!}>{label}</Label>
      <div className={s.box}>
        <Input ref={inputRef} placeholder={placeholder} className={s.input!} />
        {is_secret && <IconButton small icon={is_shown ? EyeOff : Eye} label={is_shown ? t('hide') : t('show')} onPress={() => setShown(!is_shown)} />}
      </div>
      {hint && !error && <Text slot="description" className={s.hint!}>{hint}</Text>}
      {error && <FieldError className={s.error!}>{error}</FieldError>}
    </AriaTextField>
  )
}
