/** The colours of a page. */
export interface Colours {
  readonly page: string;
  readonly card: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  /** The edge of what can be operated. */
  readonly control: string;
  readonly button: string;
  readonly buttonHover: string;
  readonly onButton: string;
  /** Links, and the ring around what has the focus. */
  readonly link: string;
}

export const LIGHT: Colours = {
  page: '#f4f4f6',
  card: '#ffffff',
  text: '#1c1c22',
  quiet: '#5b5b66',
  line: '#d5d5dc',
  control: '#767682',
  button: '#4338ca',
  buttonHover: '#3730a3',
  onButton: '#ffffff',
  link: '#4338ca',
};

export const DARK: Colours = {
  page: '#131316',
  card: '#1e1e23',
  text: '#f0f0f3',
  quiet: '#a9a9b5',
  line: '#37373f',
  control: '#80808c',
  button: '#a5b4fc',
  buttonHover: '#c7d2fe',
  onButton: '#1e1b4b',
  link: '#a5b4fc',
};
