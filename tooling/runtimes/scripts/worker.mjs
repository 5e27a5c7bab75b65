/* global Response */
import { scenario } from './scenario.mjs';

/** What the worker answers to a POST with the settings. */
export async function answer(request, sdk) {
  try {
    return Response.json(await scenario(sdk, await request.json()));
  } catch (error) {
    return new Response(String(error?.stack), { status: 500 });
  }
}
